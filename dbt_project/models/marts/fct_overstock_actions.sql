{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_actions as (

    select * from {{ source('plan', 'overstock_actions') }}

),

actions as (

    select
        plan_date,
        rank as action_rank,
        sku,
        location_id,
        action,
        units,
        percent as discount_percent,
        to_location_id,
        with_sku,
        gain,
        gain_low,
        gain_high,
        gives_away,
        takes_days,
        value_tied_up,
        monthly_carrying_cost,
        reason,
        assumes,
        followed_up_date,
        was_done as has_been_done,
        brought

    from kept_actions

)

select * from actions
