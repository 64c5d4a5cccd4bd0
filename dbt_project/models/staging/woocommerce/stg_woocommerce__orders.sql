with

documents as (

    select * from {{ source('woocommerce', 'woocommerce_orders') }}

),

orders as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as order_id,
        {{ json_text('document', 'number') }} as order_name,
        {{ json_text('document', 'currency') }} as currency,
        {{ json_text('document', 'status') }} as status,
        {{ utc_instant(json_text('document', 'date_created_gmt')) }} as ordered_at,
        {{ utc_instant(json_text('document', 'date_modified_gmt')) }} as updated_at,
        {{ utc_instant(json_text('document', 'date_completed_gmt')) }} as completed_at

    from documents

),

-- WooCommerce notes no moment of a cancellation; the order's last change is the nearest. An order that was never paid,
-- or is still in the cart, holds no stock.
judged as (

    select
        landing_file_id,
        landing_line_number,
        order_id,
        order_name,
        currency,
        status,
        ordered_at,
        updated_at,
        completed_at,
        status in ('pending', 'failed', 'checkout-draft', 'trash') as is_void,
        case
            when status = 'cancelled' or (status = 'refunded' and completed_at is null) then updated_at
        end as cancelled_at

    from orders

)

select * from judged
