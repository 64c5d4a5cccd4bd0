{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_costs as (

    select * from {{ source('plan', 'stock_costs') }}

),

costs as (

    select
        month_start_date,
        sku,
        location_id,
        measured_on as measured_on_date,
        days,
        stockout_days,
        units_sold,
        units_lost,
        margin_per_unit,
        goodwill_per_unit,
        lost_margin,
        average_stock_value,
        carrying_rate,
        carrying_cost,
        cast(stockout_days as double precision) / days as stockout_rate

    from kept_costs

)

select * from costs
