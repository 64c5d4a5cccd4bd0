-- How long news took in the last 28 days, one row per channel: what it sells becomes known, what it shows changes.
-- A sale counts if it was made after its channel was first looked at: what was sold before could not be known. The way
-- to us is measured by the channel's clock, what follows by ours.
with first_looks as (
    select
        source as channel_id,
        min(coalesce(channel_time, window_end, landed_at)) as read_at
    from raw.landing_files
    group by source
),

known as (
    select
        sales.channel_id,
        greatest(
            extract(epoch from coalesce(files.channel_time, files.window_end, files.landed_at) - sales.occurred_at), 0
        )
        + greatest(extract(epoch from sales.recorded_at - files.landed_at), 0) as seconds
    from ops.stock_events as sales
    inner join first_looks
        on sales.channel_id = first_looks.channel_id and sales.occurred_at > first_looks.read_at
    inner join raw.landing_files as files on sales.landing_file_id = files.landing_file_id
    where
        sales.kind = 'sale'
        and sales.entry_number = 1
        and sales.recorded_at > now() - interval '28 days'
),

told as (
    select
        pushes.channel_id,
        greatest(extract(epoch from rounds.ended_at - pushes.known_at), 0) as seconds
    from ops.availability_pushes as pushes
    inner join ops.push_runs as rounds on pushes.push_run_id = rounds.push_run_id
    where
        pushes.outcome in ('verified', 'moved_since')
        and pushes.known_at > now() - interval '28 days'
        and rounds.ended_at is not null
),

-- An hour in which many orders come weighs as many: that is the hour in which a unit is sold twice.
busy as (
    select
        channel_id,
        168 * sum(orders_per_hour * orders_per_hour) / nullif(sum(orders_per_hour) * sum(orders_per_hour), 0) as factor
    from ops.channel_hours
    group by channel_id
),

known_by_channel as (
    select
        channel_id,
        count(*) as sales,
        percentile_cont(0.95) within group (order by seconds) as seconds
    from known
    group by channel_id
),

told_by_channel as (
    select
        channel_id,
        count(*) as figures,
        percentile_cont(0.95) within group (order by seconds) as seconds
    from told
    group by channel_id
)

insert into ops.channel_lags as lags (
    channel_id, known_seconds, known_count, told_seconds, told_count, busy_factor, measured_at
)
select
    channels.channel_id,
    known_by_channel.seconds,
    coalesce(known_by_channel.sales, 0) as known_count,
    told_by_channel.seconds as told_seconds,
    coalesce(told_by_channel.figures, 0) as told_count,
    coalesce(busy.factor, 1) as busy_factor,
    clock_timestamp() as measured_at
from ops.channels as channels
left join known_by_channel on channels.channel_id = known_by_channel.channel_id
left join told_by_channel on channels.channel_id = told_by_channel.channel_id
left join busy on channels.channel_id = busy.channel_id
on conflict (channel_id) do update set
    known_seconds = excluded.known_seconds,
    known_count = excluded.known_count,
    told_seconds = excluded.told_seconds,
    told_count = excluded.told_count,
    busy_factor = excluded.busy_factor,
    measured_at = excluded.measured_at
