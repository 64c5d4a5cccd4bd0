with

documents as (

    select * from {{ source('amazon', 'amazon_orders') }}

),

orders as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as order_id,
        {{ json_text('document', 'orderId') }} as order_name,
        {{ json_text('document', 'proceeds', 'grandTotal', 'currencyCode') }} as currency,
        {{ instant(json_text('document', 'createdTime')) }} as ordered_at,
        {{ instant(json_text('document', 'lastUpdatedTime')) }} as updated_at,
        coalesce({{ json_text('document', 'fulfillment', 'fulfillmentStatus') }}, '') as status,
        coalesce({{ json_text('document', 'fulfillment', 'fulfilledBy') }}, '') as fulfilled_by,
        coalesce({{ json_text('document', 'salesChannel', 'channelName') }}, '') as sold_through

    from documents

),

-- A pending order holds stock: Amazon sells its units to nobody else. What Amazon sends from its own warehouses, for
-- itself or for other shops, takes nothing off the shelves that are counted here.
judged as (

    select
        landing_file_id,
        landing_line_number,
        order_id,
        order_name,
        currency,
        ordered_at,
        updated_at,
        cast(null as timestamp with time zone) as completed_at,
        case when status = 'CANCELLED' then updated_at end as cancelled_at,
        fulfilled_by = 'AMAZON'
        or sold_through = 'NON_AMAZON'
        or status in ('PENDING_AVAILABILITY', 'UNFULFILLABLE') as is_void

    from orders

)

select * from judged
