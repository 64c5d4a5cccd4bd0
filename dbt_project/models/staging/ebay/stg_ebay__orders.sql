with

documents as (

    select * from {{ source('ebay', 'ebay_orders') }}

),

orders as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as order_id,
        record_key as order_name,
        {{ json_text('document', 'pricingSummary', 'total', 'currency') }} as currency,
        {{ json_text('document', 'orderPaymentStatus') }} as payment_status,
        {{ json_text('document', 'orderFulfillmentStatus') }} as fulfillment_status,
        {{ json_text('document', 'cancelStatus', 'cancelState') }} as cancel_state,
        {{ instant(json_text('document', 'creationDate')) }} as ordered_at,
        {{ instant(json_text('document', 'lastModifiedDate')) }} as updated_at,
        {{ instant(json_text('document', 'cancelStatus', 'cancelledDate')) }} as cancelled_on

    from documents

),

-- An order that is not paid yet holds its stock: eBay took it off its own figure when the buyer committed. One whose
-- payment failed is none. An order paid back as a whole before anything left is cancelled, whether it says so or not.
-- What was sent stands in the parcels, so no order is completed as a whole here.
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
        case
            when cancel_state = 'CANCELED' then coalesce(cancelled_on, updated_at)
            when payment_status = 'FULLY_REFUNDED' and fulfillment_status = 'NOT_STARTED' then updated_at
        end as cancelled_at,
        coalesce(payment_status, '') = 'FAILED' as is_void

    from orders

)

select * from judged
