with

documents as (

    select * from {{ source('shopify', 'shopify_orders') }}

),

refund_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('refund.document', 'id') }} as refund_id,
        {{ json_text('line.document', 'id') }} as refund_line_id,
        {{ json_text('line.document', 'lineItem', 'id') }} as order_line_id,
        {{ json_text('line.document', 'location', 'id') }} as shopify_location_id,
        {{ json_text('line.document', 'restockType') }} as restock_type,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units,
        {{ instant(json_text('refund.document', 'createdAt')) }} as refunded_at

    from documents
    {{ each_element('documents.document', ['refunds'], 'refund') }}
    {{ each_element('refund.document', ['refundLineItems', 'nodes'], 'line') }}

)

select * from refund_lines
