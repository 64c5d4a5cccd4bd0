with

documents as (

    select * from {{ source('bigcommerce', 'bigcommerce_orders') }}

),

order_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('line.document', 'id') }} as order_line_id,
        {{ json_text('line.document', 'sku') }} as sku_as_sent,
        'variant/' || nullif({{ json_text('line.document', 'variant_id') }}, '0') as listing_id,
        {{ json_text('line.document', 'name') }} as title,
        cast(null as text) as location_id,
        coalesce({{ json_text('line.document', 'type') }}, '') = 'giftcertificate' as is_custom_service,
        {{ clean_sku(json_text('line.document', 'sku')) }} as sku,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units_ordered,
        -- What the line cost after discounts; before 2024 BigCommerce left that out, and the total is without them.
        cast(
            cast(
                coalesce(
                    nullif({{ json_text('line.document', 'discounted_total_inc_tax') }}, ''),
                    {{ json_text('line.document', 'total_inc_tax') }}
                ) as numeric(14, 4)
            )
            / nullif(cast({{ json_text('line.document', 'quantity') }} as integer), 0) as numeric(14, 4)
        ) as unit_price,
        -- A line that hangs on no product was typed in by hand, or its product is gone; the catalogue decides which.
        coalesce({{ json_text('line.document', 'product_id') }}, '0') = '0' as is_service_if_unknown

    from documents
    {{ each_element('documents.document', ['product_records'], 'line') }}

)

select * from order_lines
