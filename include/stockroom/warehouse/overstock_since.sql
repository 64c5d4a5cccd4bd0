-- One row per action of an earlier list: what was known of its item then, and what has happened to it since.
with actions as (
    select
        rank,
        sku,
        location_id,
        action,
        units,
        percent,
        gain,
        takes_days,
        coalesce(
            sum(units) filter (where action = any(%(shelf_actions)s)) over (
                partition by sku, location_id
                order by units, rank
                rows between unbounded preceding and 1 preceding
            ), 0
        )::double precision as left_for_others
    from plan.overstock_actions
    where plan_date = %(then_date)s
),

then_known as (
    select
        sku,
        location_id,
        unit_price,
        on_hand_units,
        on_order
    from plan.inputs
    where plan_date = %(then_date)s
),

now_known as (
    select
        sku,
        location_id,
        unit_price,
        on_hand_units,
        on_order
    from plan.inputs
    where plan_date = %(plan_date)s
),

sold as (
    select
        sku,
        location_id,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue
    from marts.fct_sales_daily
    where sold_date >= %(then_date)s and sold_date < %(plan_date)s
    group by sku, location_id
),

received as (
    select
        sku,
        location_id,
        sum(units_received) as units_received
    from marts.fct_stock_daily
    where stock_date >= %(then_date)s and stock_date < %(plan_date)s
    group by sku, location_id
)

select
    actions.rank,
    actions.action,
    actions.units,
    actions.left_for_others,
    actions.percent::double precision as percent,
    actions.gain::double precision as gain,
    coalesce(actions.takes_days, 0) as takes_days,
    coalesce(then_known.unit_price, 0)::double precision as price_then,
    coalesce(now_known.unit_price, 0)::double precision as price_now,
    coalesce(forecasts.units_per_day, 0) as units_per_day_then,
    coalesce(sold.units_sold, 0)::double precision as units_sold,
    coalesce(sold.revenue, 0)::double precision as revenue,
    coalesce(received.units_received, 0)::double precision as units_received,
    coalesce(then_known.on_hand_units, 0)::double precision as on_hand_then,
    coalesce(now_known.on_hand_units, 0)::double precision as on_hand_now,
    coalesce(then_known.on_order, '[]') as on_order_then,
    coalesce(now_known.on_order, '[]') as on_order_now
from actions
inner join then_known on actions.sku = then_known.sku and actions.location_id = then_known.location_id
inner join now_known on actions.sku = now_known.sku and actions.location_id = now_known.location_id
left join plan.forecasts as forecasts
    on
        forecasts.plan_date = %(then_date)s
        and actions.sku = forecasts.sku
        and actions.location_id = forecasts.location_id
left join sold on actions.sku = sold.sku and actions.location_id = sold.location_id
left join received on actions.sku = received.sku and actions.location_id = received.location_id
