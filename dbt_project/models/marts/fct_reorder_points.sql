{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

decisions as (

    select * from {{ source('plan', 'decisions') }}

),

reorder_points as (

    select
        plan_date,
        sku,
        location_id,
        supplier_id,
        method,
        evidence,
        abc_class,
        xyz_class,
        demand_class,
        is_fast_mover,
        forecast_units_per_day,
        lead_time_mean_days,
        lead_time_sd_days,
        lead_time_own_evidence,
        safety_stock_units,
        reorder_point_units,
        order_up_to_units,
        position_units,
        order_units,
        needs_person as is_held_for_a_person,
        days_of_supply,
        reason

    from decisions

)

select * from reorder_points
