with

documents as (

    select * from {{ source('ebay', 'ebay_orders') }}

),

lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('line.document', 'lineItemId') }} as order_line_id,
        {{ json_text('line.document', 'sku') }} as sku_as_sent,
        {{ json_text('line.document', 'legacyItemId') }} as listing_id,
        {{ json_text('line.document', 'title') }} as title,
        cast(null as text) as location_id,
        false as is_custom_service,
        {{ clean_sku(json_text('line.document', 'sku')) }} as sku,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units_ordered,
        cast(
            coalesce(
                {{ json_text('line.document', 'discountedLineItemCost', 'value') }},
                {{ json_text('line.document', 'lineItemCost', 'value') }}
            ) as numeric(14, 4)
        ) as line_value

    from documents
    {{ each_element('documents.document', ['lineItems'], 'line') }}

),

-- eBay sells listings alone, so that a line is goods unless its code is one of those that are none: a listing made
-- without a sku is a question for a person, no service.
order_lines as (

    select
        *,
        cast(line_value / nullif(units_ordered, 0) as numeric(14, 4)) as unit_price,
        coalesce(sku in ({{ quoted_list(var('codes_that_are_no_products')) }}), false) as is_service_if_unknown

    from lines

)

select * from order_lines
