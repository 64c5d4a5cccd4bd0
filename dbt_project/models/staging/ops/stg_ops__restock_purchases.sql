with

restock_purchases as (

    select * from {{ source('ops', 'restock_purchases') }}

),

renamed as (

    select
        outcome_id,
        channel_id,
        order_id,
        order_line_id,
        found_by,
        units_ordered,
        units_kept,
        unit_price,
        currency,
        ordered_at,
        known_at

    from restock_purchases

)

select * from renamed
