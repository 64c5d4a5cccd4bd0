{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

kept_signals as (

    select * from {{ source('plan', 'price_signals') }}

),

signals as (

    select
        plan_date,
        sku,
        price_signal,
        change_percent,
        price,
        suggested_price,
        days_until_empty,
        days_until_goods,
        reason

    from kept_signals

)

select * from signals
