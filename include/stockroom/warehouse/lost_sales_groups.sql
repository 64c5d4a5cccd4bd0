-- One row per month and category that was measured: units estimated to be lost, and what shoppers asked to be told of.
-- Asked has whoever confirmed the request once; who asked twice for the same SKU in a month counts once, with the most.
with categories as (
    select
        sku,
        coalesce(category, '') as category
    from marts.dim_skus
),

measured as (
    select *
    from plan.stock_costs
    where month_start_date >= %(first_month)s
),

lost as (
    select
        measured.month_start_date,
        categories.category,
        sum(measured.stockout_days)::integer as stockout_days,
        sum(measured.units_lost) as units_lost
    from measured
    inner join categories on measured.sku = categories.sku
    group by measured.month_start_date, categories.category
),

confirmed as (
    select
        sku,
        quantity,
        coalesce(shopper_id::text, request_id) as shopper,
        (requested_at at time zone %(time_zone)s)::date as requested_date
    from ops.restock_requests
    where exists (
        select 1 from ops.restock_request_events as events
        where events.request_id = restock_requests.request_id and events.to_state = 'active'
    )
),

wishes as (
    select
        sku,
        shopper,
        date_trunc('month', requested_date)::date as month_start_date,
        max(quantity) as quantity
    from confirmed
    where requested_date >= %(first_month)s and requested_date < %(measured_on)s
    group by sku, shopper, month_start_date
),

asked as (
    select
        wishes.month_start_date,
        categories.category,
        count(*)::integer as requests,
        sum(wishes.quantity)::integer as units_asked,
        sum(wishes.quantity::float8 * wishes.quantity) as squares_asked
    from wishes
    inner join categories on wishes.sku = categories.sku
    group by wishes.month_start_date, categories.category
)

select
    lost.month_start_date,
    lost.category,
    lost.stockout_days,
    lost.units_lost,
    coalesce(asked.requests, 0) as requests,
    coalesce(asked.units_asked, 0) as units_asked,
    coalesce(asked.squares_asked, 0)::float8 as squares_asked
from lost
left join asked on lost.month_start_date = asked.month_start_date and lost.category = asked.category
order by lost.month_start_date, lost.category collate "C"
