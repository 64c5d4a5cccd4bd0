{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_excess as (

    select * from {{ source('plan', 'excess') }}

),

overstock as (

    select
        plan_date,
        sku,
        location_id,
        position_units,
        on_order_units,
        target_units,
        excess_units,
        days_of_supply,
        stock_age_days,
        idle_days,
        is_dead as is_dead_stock,
        value_tied_up,
        monthly_carrying_cost,
        action,
        markdown_percent as discount_percent,
        reason

    from kept_excess

)

select * from overstock
