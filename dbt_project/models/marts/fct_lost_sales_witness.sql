{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_losses as (

    select * from {{ source('plan', 'lost_sales_witness') }}

),

losses as (

    select
        month_start_date,
        category,
        measured_on as measured_on_date,
        stockout_days,
        units_lost,
        requests,
        units_asked,
        asked_rate,
        asked_rate_low,
        asked_rate_high,
        usual_rate,
        verdict

    from kept_losses

)

select * from losses
