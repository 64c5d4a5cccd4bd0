{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_replays as (

    select * from {{ source('plan', 'policy_replays') }}

),

replays as (

    select
        first_date,
        last_date,
        policy,
        items,
        currency,
        total_cost,
        lost_margin,
        carrying_cost,
        ordering_cost,
        least_possible_cost,
        units_demanded,
        units_lost,
        fill_rate,
        stockout_days,
        stockout_share,
        average_stock_value,
        orders,
        seed,
        page

    from kept_replays

)

select * from replays
