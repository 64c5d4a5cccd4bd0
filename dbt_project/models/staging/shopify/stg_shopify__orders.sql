with

documents as (

    select * from {{ source('shopify', 'shopify_orders') }}

),

orders as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as order_id,
        {{ json_text('document', 'name') }} as order_name,
        {{ json_text('document', 'currencyCode') }} as currency,
        {{ json_text('document', 'fulfillmentOrders', 'nodes', '0', 'assignedLocation', 'location', 'id') }}
            as assigned_shopify_location_id,
        {{ json_text('document', 'cancelReason') }} as cancel_reason,
        coalesce(cast({{ json_text('document', 'test') }} as boolean), false) as is_test,
        coalesce(
            {{ instant(json_text('document', 'processedAt')) }},
            {{ instant(json_text('document', 'createdAt')) }}
        ) as ordered_at,
        {{ instant(json_text('document', 'cancelledAt')) }} as cancelled_at,
        {{ instant(json_text('document', 'updatedAt')) }} as updated_at

    from documents

)

select * from orders
