with

events as (

    select * from {{ ref('stg_ops__stock_events') }}

),

landing_files as (

    select * from {{ ref('stg_raw__landing_files') }}

),

pushes as (

    select * from {{ ref('stg_ops__availability_pushes') }}

),

rounds as (

    select * from {{ ref('stg_ops__push_runs') }}

),

-- What was sold before a channel was first looked at could not be known any sooner.
first_looks as (

    select
        source as channel_id,
        min(read_at) as read_at

    from landing_files

    group by source

),

-- The way to us is measured by the channel's clock, what follows by ours. A sale has one first entry.
known as (

    select
        events.channel_id,
        {{ local_date('events.occurred_at') }} as lag_date,
        greatest({{ seconds_between('events.occurred_at', 'landing_files.read_at') }}, 0)
        + greatest({{ seconds_between('landing_files.landed_at', 'events.recorded_at') }}, 0) as known_seconds

    from events
    inner join first_looks
        on
            events.channel_id = first_looks.channel_id
            and events.occurred_at > first_looks.read_at
    inner join landing_files
        on events.landing_file_id = landing_files.landing_file_id

    where
        events.kind = 'sale'
        and events.entry_number = 1
        and events.occurred_at >= {{ start_of_day(add_days(as_of_date(), -90)) }}

),

told as (

    select
        pushes.channel_id,
        {{ local_date('pushes.known_at') }} as lag_date,
        greatest({{ seconds_between('pushes.known_at', 'rounds.ended_at') }}, 0) as told_seconds

    from pushes
    inner join rounds
        on pushes.push_run_id = rounds.push_run_id

    where
        pushes.outcome in ('verified', 'moved_since')
        and pushes.known_at >= {{ start_of_day(add_days(as_of_date(), -90)) }}
        and rounds.ended_at is not null

),

both_ways as (

    select
        channel_id,
        lag_date,
        known_seconds,
        cast(null as numeric) as told_seconds

    from known

    union all

    select
        channel_id,
        lag_date,
        cast(null as numeric) as known_seconds,
        told_seconds

    from told

),

lags as (

    select
        channel_id,
        lag_date,
        cast(count(known_seconds) as integer) as sales_known,
        cast(percentile_cont(0.5) within group (order by known_seconds) as numeric(14, 1)) as known_p50_seconds,
        cast(percentile_cont(0.95) within group (order by known_seconds) as numeric(14, 1)) as known_p95_seconds,
        cast(max(known_seconds) as numeric(14, 1)) as known_max_seconds,
        cast(count(told_seconds) as integer) as figures_told,
        cast(percentile_cont(0.5) within group (order by told_seconds) as numeric(14, 1)) as told_p50_seconds,
        cast(percentile_cont(0.95) within group (order by told_seconds) as numeric(14, 1)) as told_p95_seconds,
        cast(max(told_seconds) as numeric(14, 1)) as told_max_seconds

    from both_ways

    group by
        channel_id,
        lag_date

)

select * from lags
