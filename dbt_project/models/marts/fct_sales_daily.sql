{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        unique_key=['sold_date', 'sku', 'location_id', 'channel_id'],
        on_schema_change='fail',
        pre_hook='{{ forget_changed_sales_days() }}',
        post_hook='analyze {{ this }}'
    )
}}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}

    where is_stock_item

),

order_events as (

    select * from {{ ref('int_order_line_events_unioned') }}

    where
        event_kind in ('returned', 'returned_unsaleable')
        and occurred_at < {{ cut_off() }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

stamps as (

    {{ sales_day_stamps() }}

),

missing_days as (

    select
        sold_date,
        day_order_lines,
        day_exchange_rates,
        build_number

    from stamps

    {% if is_incremental() %}
        where sold_date not in (select this.sold_date from {{ this }} as this)
    {% endif %}

),

-- A sale is what was ordered and not cancelled before shipping, on the day of the order.
sales as (

    select
        order_lines.ordered_date as sold_date,
        order_lines.sku,
        order_lines.location_id,
        order_lines.channel_id,
        order_lines.units_ordered - order_lines.units_cancelled as units_sold,
        0 as units_returned,
        (order_lines.units_ordered - order_lines.units_cancelled) * order_lines.unit_price * case
            when order_lines.currency = '{{ var("store_currency") }}' then 1
            else exchange_rates.rate
        end as revenue

    from order_lines
    left join exchange_rates
        on
            order_lines.currency = exchange_rates.currency
            and order_lines.ordered_date >= exchange_rates.rate_date
            and (order_lines.ordered_date < exchange_rates.next_rate_date or exchange_rates.next_rate_date is null)

    where order_lines.line_kind = 'sale'

),

-- A return is no negative sale: it has its own column, on the day when the units came back.
returns as (

    select
        {{ local_date('order_events.occurred_at') }} as sold_date,
        order_lines.sku,
        coalesce(order_events.location_id, order_lines.location_id) as location_id,
        order_lines.channel_id,
        0 as units_sold,
        order_events.units as units_returned,
        0 as revenue

    from order_lines
    inner join order_events
        on
            order_lines.channel_id = order_events.channel_id
            and order_lines.order_line_id = order_events.order_line_id

),

sales_and_returns as (

    select * from sales

    union all

    select * from returns

),

summed as (

    select
        sales_and_returns.sold_date,
        sales_and_returns.sku,
        sales_and_returns.location_id,
        sales_and_returns.channel_id,
        missing_days.day_order_lines,
        missing_days.day_exchange_rates,
        missing_days.build_number,
        cast(sum(sales_and_returns.units_sold) as integer) as units_sold,
        cast(sum(sales_and_returns.units_returned) as integer) as units_returned,
        cast(coalesce(sum(sales_and_returns.revenue), 0) as numeric(14, 2)) as revenue,
        cast(
            sum(case when sales_and_returns.revenue is null then sales_and_returns.units_sold else 0 end) as integer
        ) as unpriced_units

    from sales_and_returns
    inner join missing_days
        on sales_and_returns.sold_date = missing_days.sold_date

    group by
        sales_and_returns.sold_date,
        sales_and_returns.sku,
        sales_and_returns.location_id,
        sales_and_returns.channel_id,
        missing_days.day_order_lines,
        missing_days.day_exchange_rates,
        missing_days.build_number

    having
        sum(sales_and_returns.units_sold) <> 0
        or sum(sales_and_returns.units_returned) <> 0

)

select * from summed
