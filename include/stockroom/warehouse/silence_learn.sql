-- How often a channel sells in each hour of the week, and how long its gaps are, in orders that these hours bring.
-- A night in which nobody ever buys is no gap then, and an hour before Christmas is a long one.
with placed as (
    select
        order_id,
        min(ordered_at) as ordered_at,
        max(landing_file_id) as landing_file_id
    from marts.fct_order_lines
    where
        channel_id = %(channel)s
        and ordered_at > (
            select max(newest.ordered_at) - interval '7 days' * %(weeks)s
            from marts.fct_order_lines as newest
            where newest.channel_id = %(channel)s
        )
    group by order_id
),

span as (
    select
        date_trunc('hour', min(ordered_at)) as starts_at,
        date_trunc('hour', max(ordered_at)) as ends_at
    from placed
),

spine as (
    select generate_series(starts_at, ends_at, interval '1 hour') as hour_at
    from span
),

hours as (
    select
        hour_at,
        (
            (extract(isodow from hour_at at time zone %(time_zone)s) - 1) * 24
            + extract(hour from hour_at at time zone %(time_zone)s)
        )::integer as hour_of_week
    from spine
),

counted as (
    select
        hours.hour_at,
        hours.hour_of_week,
        count(placed.order_id) as orders
    from hours
    left join placed on hours.hour_at = date_trunc('hour', placed.ordered_at)
    group by hours.hour_at, hours.hour_of_week
),

rates as (
    select
        hour_of_week,
        avg(orders)::double precision as orders_per_hour
    from counted
    group by hour_of_week
),

clock as (
    select
        hours.hour_at,
        rates.orders_per_hour,
        sum(rates.orders_per_hour) over (order by hours.hour_at) - rates.orders_per_hour as usual_before
    from hours
    inner join rates on hours.hour_of_week = rates.hour_of_week
),

timed as (
    select
        clock.usual_before
        + clock.orders_per_hour * extract(epoch from placed.ordered_at - clock.hour_at) / 3600 as usual_orders
    from placed
    inner join clock on date_trunc('hour', placed.ordered_at) = clock.hour_at
),

gaps as (
    select usual_orders - lag(usual_orders) over (order by usual_orders) as gap_orders
    from timed
),

usual as (
    select percentile_cont(0.95) within group (order by gap_orders) as gap_orders
    from gaps
),

forgotten as (
    delete from ops.channel_hours
    where channel_id = %(channel)s and hour_of_week not in (select rates.hour_of_week from rates)
),

kept as (
    insert into ops.channel_hours (channel_id, hour_of_week, orders_per_hour)
    select
        %(channel)s as channel_id,
        hour_of_week,
        orders_per_hour
    from rates
    on conflict (channel_id, hour_of_week) do update set orders_per_hour = excluded.orders_per_hour
)

insert into ops.channel_rhythms (
    channel_id, learned_at, gaps, usual_gap_orders, excess_orders, last_order_at, seen_landing_file_id
)
select
    %(channel)s as channel_id,
    clock_timestamp() as learned_at,
    count(gaps.gap_orders) as gaps,
    max(usual.gap_orders) as usual_gap_orders,
    avg(gaps.gap_orders - usual.gap_orders) filter (where gaps.gap_orders > usual.gap_orders) as excess_orders,
    (select max(placed.ordered_at) from placed) as last_order_at,
    (select coalesce(max(placed.landing_file_id), 0) from placed) as seen_landing_file_id
from gaps
cross join usual
on conflict (channel_id) do update set
    learned_at = excluded.learned_at,
    gaps = excluded.gaps,
    usual_gap_orders = excluded.usual_gap_orders,
    excess_orders = excluded.excess_orders
