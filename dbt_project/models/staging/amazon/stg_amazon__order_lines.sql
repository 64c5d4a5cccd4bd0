with

documents as (

    select * from {{ source('amazon', 'amazon_orders') }}

),

items as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('item.document', 'line_id') }} as order_line_id,
        {{ json_text('item.document', 'product', 'sellerSku') }} as sku_as_sent,
        {{ json_text('item.document', 'product', 'sellerSku') }} as listing_id,
        {{ json_text('item.document', 'product', 'title') }} as title,
        {{ json_text('item.document', 'product', 'asin') }} as asin,
        cast({{ json_text('item.document', 'quantityOrdered') }} as integer) as units_ordered,
        cast({{ json_text('item.document', 'product', 'price', 'unitPrice', 'amount') }} as numeric(14, 4))
            as listed_price,
        cast({{ json_text('item.document', 'discount') }} as numeric(14, 4)) as discount

    from documents
    {{ each_element('documents.document', ['orderItems'], 'item') }}

),

order_lines as (

    select
        landing_file_id,
        landing_line_number,
        order_id,
        order_line_id,
        sku_as_sent,
        listing_id,
        title,
        cast(null as text) as location_id,
        false as is_custom_service,
        {{ clean_sku('sku_as_sent') }} as sku,
        units_ordered,
        -- Amazon says no price while an order is pending.
        cast(
            listed_price - coalesce(discount / nullif(units_ordered, 0), 0) as numeric(14, 4)
        ) as unit_price,
        coalesce(asin, '') = '' as is_service_if_unknown

    from items

)

select * from order_lines
