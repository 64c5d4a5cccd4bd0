{{ config(post_hook='analyze {{ this }}') }}

with

stock_days as (

    select * from {{ ref('int_stock_days') }}

    where stock_date < {{ as_of_date() }}

),

-- Only days on which something moved are known; a level holds until the next of them.
spans as (

    select
        sku,
        location_id,
        stock_date,
        units_sold,
        units_received,
        available_units_at_close,
        available_units_at_close - units_net as available_units_at_open,
        lead(stock_date, 1, {{ as_of_date() }}) over (
            partition by sku, location_id
            order by stock_date
        ) as next_stock_date

    from stock_days

),

filled as (

    select
        spans.sku,
        spans.location_id,
        spans.available_units_at_close,
        {{ add_days('spans.stock_date', 'day.days_later') }} as stock_date,
        case when day.days_later = 0 then spans.units_sold else 0 end as units_sold,
        case when day.days_later = 0 then spans.units_received else 0 end as units_received,
        case
            when day.days_later = 0 then spans.available_units_at_open
            else spans.available_units_at_close
        end as available_units_at_open

    from spans
    {{ each_day('spans.stock_date', 'spans.next_stock_date', 'day') }}

    -- What ended before the days that are kept need not be filled, however long the history is.
    where spans.next_stock_date > {{ add_days(as_of_date(), '-' ~ var('stock_history_days')) }}

),

stock_daily as (

    select
        stock_date,
        sku,
        location_id,
        available_units_at_close,
        units_sold,
        units_received,
        available_units_at_close <= 0 and units_sold > 0 as is_sold_out_day,
        available_units_at_open <= 0 and available_units_at_close <= 0 and units_received = 0 as is_out_all_day

    from filled

    where stock_date >= {{ add_days(as_of_date(), '-' ~ var('stock_history_days')) }}

)

select * from stock_daily
