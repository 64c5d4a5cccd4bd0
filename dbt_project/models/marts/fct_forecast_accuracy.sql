{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_accuracy as (

    select * from {{ source('plan', 'forecast_accuracy') }}

),

accuracy as (

    select
        plan_date,
        class_kind,
        class_name,
        measured_on as measured_on_date,
        items,
        items_waiting,
        units_forecast,
        units_demanded,
        bias_share,
        pinball_loss_units as mean_pinball_loss,
        pinball_loss_share,
        coverage_p50,
        coverage_p90,
        coverage_p98,
        coverage_p50_below,
        coverage_p90_below,
        coverage_p98_below,
        imputed_day_share

    from kept_accuracy

)

select * from accuracy
