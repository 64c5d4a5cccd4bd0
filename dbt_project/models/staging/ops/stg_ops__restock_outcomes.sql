with

restock_outcomes as (

    select * from {{ source('ops', 'restock_outcomes') }}

),

renamed as (

    select
        outcome_id,
        wave_id,
        sku,
        category,
        quantity,
        is_held_out,
        is_measured,
        chosen_at,
        sent_at,
        bounced_at,
        clicked_at,
        found_sold_out_at,
        bought_at

    from restock_outcomes

)

select * from renamed
