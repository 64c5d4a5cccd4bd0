-- One row per reason not to believe what is known of stock and sales right now.
with connected as (
    select channel_id from ops.channels
    where is_connected
),

last_extracts as (
    select distinct on (connected.channel_id)
        connected.channel_id,
        runs.succeeded,
        runs.said,
        runs.ended_at
    from connected
    left join ops.extract_runs as runs on connected.channel_id = runs.channel_id
    order by connected.channel_id asc, runs.extract_run_id desc
),

newest_snapshots as (
    select distinct on (source, stream)
        source,
        stream,
        line_count
    from raw.landing_files
    where
        source in (select connected.channel_id from connected)
        and source || '/' || stream = any(%(snapshots)s)
    order by source asc, stream asc, landing_file_id desc
)

select channel_id || ' was never extracted' as reason
from last_extracts
where succeeded is null
union all
select channel_id || ': its last extract failed: ' || left(said, 300) as reason
from last_extracts
where not succeeded
union all
select
    channel_id || ' was last extracted ' || round(extract(epoch from %(now)s - ended_at) / 60)
    || ' minutes ago' as reason
from last_extracts
where succeeded and ended_at < %(now)s - make_interval(mins => %(stale_minutes)s)
union all
select source || ': the newest ' || stream || ' hold nothing at all' as reason
from newest_snapshots
where line_count = 0
order by reason
