-- One row: how many orders the hours since a channel's last one usually bring, up to where its orders were read.
with reached as (
    select max(window_end) as reached_at from raw.landing_files
    where source = %(channel)s and stream = any(%(streams)s)
),

spine as (
    select
        rhythms.last_order_at,
        reached.reached_at,
        generate_series(date_trunc('hour', rhythms.last_order_at), reached.reached_at, interval '1 hour') as hour_at
    from ops.channel_rhythms as rhythms
    cross join reached
    where rhythms.channel_id = %(channel)s
),

hours as (
    select
        hour_at,
        last_order_at,
        reached_at,
        (
            (extract(isodow from hour_at at time zone %(time_zone)s) - 1) * 24
            + extract(hour from hour_at at time zone %(time_zone)s)
        )::integer as hour_of_week
    from spine
),

waited as (
    select
        coalesce(usual.orders_per_hour, 0) * extract(
            epoch from
            least(hours.hour_at + interval '1 hour', hours.reached_at) - greatest(hours.hour_at, hours.last_order_at)
        ) / 3600 as usual_orders
    from hours
    left join ops.channel_hours as usual
        on usual.channel_id = %(channel)s and hours.hour_of_week = usual.hour_of_week
)

select
    rhythms.gaps,
    rhythms.last_order_at,
    reached.reached_at,
    coalesce(rhythms.usual_gap_orders, 0) as usual_gap_orders,
    coalesce(rhythms.excess_orders, 0) as excess_orders,
    coalesce((select sum(waited.usual_orders) from waited), 0)::double precision as missing_orders
from ops.channel_rhythms as rhythms
cross join reached
where rhythms.channel_id = %(channel)s and rhythms.last_order_at is not null and reached.reached_at is not null
