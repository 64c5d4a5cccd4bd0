with

answers as (

    select * from {{ source('ops', 'purchase_order_line_answers') }}

),

renamed as (

    select
        po_number,
        line_number,
        units_backordered,
        units_rejected,
        units_shipped,
        coalesce(expected_date, backorder_date, promised_date) as promised_date,
        coalesce(answered_at, first_shipped_at) as answered_at

    from answers

)

select * from renamed
