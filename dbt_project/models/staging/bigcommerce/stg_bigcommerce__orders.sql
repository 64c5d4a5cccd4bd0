with

documents as (

    select * from {{ source('bigcommerce', 'bigcommerce_orders') }}

),

orders as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as order_id,
        record_key as order_name,
        {{ json_text('document', 'default_currency_code') }} as currency,
        {{ json_text('document', 'status_id') }} as status_id,
        coalesce({{ json_text('document', 'is_deleted') }}, '') = 'true' as is_deleted,
        {{ instant(json_text('document', 'date_created_utc')) }} as ordered_at,
        {{ instant(json_text('document', 'date_modified_utc')) }} as updated_at

    from documents

),

-- Incomplete (0), pending (1) and declined (6) orders were never paid and hold no stock. What was sent stands in the
-- lines, so no order is completed as a whole here. BigCommerce notes no moment of a cancellation (5); the order's last
-- change is the nearest.
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
        case when status_id = '5' then updated_at end as cancelled_at,
        is_deleted or status_id in ('0', '1', '6') as is_void

    from orders

)

select * from judged
