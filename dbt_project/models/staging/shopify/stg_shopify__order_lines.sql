with

documents as (

    select * from {{ source('shopify', 'shopify_orders') }}

),

order_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('line.document', 'id') }} as order_line_id,
        {{ json_text('line.document', 'sku') }} as sku_as_sent,
        {{ json_text('line.document', 'name') }} as title,
        {{ json_text('line.document', 'variant', 'id') }} as variant_id,
        coalesce(
            {{ json_text('line.document', 'discountedUnitPriceSet', 'shopMoney', 'currencyCode') }},
            {{ json_text('line.document', 'originalUnitPriceSet', 'shopMoney', 'currencyCode') }}
        ) as currency,
        {{ clean_sku(json_text('line.document', 'sku')) }} as sku,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units_ordered,
        coalesce(cast({{ json_text('line.document', 'requiresShipping') }} as boolean), true) as requires_shipping,
        cast(
            coalesce(
                {{ json_text('line.document', 'discountedUnitPriceSet', 'shopMoney', 'amount') }},
                {{ json_text('line.document', 'originalUnitPriceSet', 'shopMoney', 'amount') }}
            ) as numeric(14, 4)
        ) as unit_price

    from documents
    {{ each_element('documents.document', ['lineItems', 'nodes'], 'line') }}

)

select * from order_lines
