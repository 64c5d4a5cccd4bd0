{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_forecasts as (

    select * from {{ source('plan', 'forecasts') }}

),

forecasts as (

    select
        plan_date,
        sku,
        location_id,
        supplier_id,
        category,
        method,
        evidence,
        abc_class,
        xyz_class,
        demand_class,
        is_fast_mover,
        units_per_day,
        interval_days,
        demand_units_p05,
        demand_units_p25,
        demand_units_p50,
        demand_units_p75,
        demand_units_p90,
        demand_units_p95,
        demand_units_p98,
        demand_units_p99

    from kept_forecasts

)

select * from forecasts
