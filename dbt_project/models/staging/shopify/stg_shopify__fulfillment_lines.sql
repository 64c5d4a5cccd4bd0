with

documents as (

    select * from {{ source('shopify', 'shopify_orders') }}

),

fulfillment_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('fulfillment.document', 'id') }} as fulfillment_id,
        {{ json_text('line.document', 'id') }} as fulfillment_line_id,
        {{ json_text('line.document', 'lineItem', 'id') }} as order_line_id,
        {{ json_text('fulfillment.document', 'location', 'id') }} as shopify_location_id,
        {{ json_text('fulfillment.document', 'status') }} as status,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units,
        {{ instant(json_text('fulfillment.document', 'createdAt')) }} as fulfilled_at

    from documents
    {{ each_element('documents.document', ['fulfillments'], 'fulfillment') }}
    {{ each_element('fulfillment.document', ['fulfillmentLineItems', 'nodes'], 'line') }}

)

select * from fulfillment_lines
