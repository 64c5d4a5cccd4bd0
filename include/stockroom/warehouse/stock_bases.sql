-- What each position stands on: the level that its source of truth shows, the last count, or nothing but events; and
-- from which moment on events are added to it. Running levels all; others where something was entered.
with settling as (
    select
        %(everything)s::boolean as everything,
        %(level_streams)s::text[] as level_streams
),

landed as (
    select
        landing_file_id,
        coalesce(channel_time, window_end, landed_at) as read_at
    from raw.landing_files
),

-- Until we write to a channel for the first time its levels are what its owner makes of them, other channels included.
first_rounds as (
    select
        channel_id,
        min(based_on_landing_file_id) as landing_file_id
    from ops.push_runs
    where state != 'held'
    group by channel_id
),

truths as (
    select
        locations.location_id,
        locations.source_of_truth,
        locations.is_running,
        locations.sources_in_level,
        landed.read_at as written_from,
        cursors.newest_file_id
    from ops.stock_locations as locations
    cross join settling
    left join first_rounds on locations.source_of_truth = first_rounds.channel_id
    left join landed on first_rounds.landing_file_id = landed.landing_file_id
    left join ops.stock_cursors as cursors
        on locations.source_of_truth = cursors.source and cursors.stream = any(settling.level_streams)
),

-- Of a SKU that is only watched the channel's own level holds; so does that of the moment at which it became live.
switched as (
    select
        cohort.sku,
        cohort.is_live,
        cohort.since_push_run_id,
        landed.read_at as since_read_at
    from ops.cohort_skus as cohort
    left join landed on cohort.since_landing_file_id = landed.landing_file_id
),

shown as (
    select
        levels.sku,
        truths.location_id,
        truths.source_of_truth,
        truths.sources_in_level,
        truths.written_from,
        truths.newest_file_id,
        sum(levels.available_units)::integer as level_units,
        sum(levels.committed_units)::integer as level_committed_units,
        sum(levels.reserved_units)::integer as level_reserved_units,
        sum(levels.damaged_units)::integer as level_damaged_units,
        max(levels.read_at) as counted_at
    from ops.stock_levels as levels
    inner join truths
        on levels.location_id = truths.location_id and levels.source = truths.source_of_truth and truths.is_running
    where levels.sku is not null
    group by
        levels.sku,
        truths.location_id,
        truths.source_of_truth,
        truths.sources_in_level,
        truths.written_from,
        truths.newest_file_id
),

running as (
    select
        shown.sku,
        shown.location_id,
        shown.source_of_truth,
        true as is_running,
        shown.sources_in_level,
        shown.counted_at,
        shown.level_units,
        shown.level_committed_units,
        shown.level_reserved_units,
        shown.level_damaged_units,
        shown.newest_file_id as landing_file_id,
        case
            when coalesce(switched.is_live, (select cohort.is_all from ops.cohort_in_force as cohort), true)
                then coalesce(switched.since_read_at, shown.written_from)
        end as counts_from,
        coalesce(switched.since_push_run_id, 0) as since_push_run_id
    from shown
    left join switched on shown.sku = switched.sku
),

touched as (
    select distinct
        entered.sku,
        entered.location_id,
        truths.source_of_truth
    from stock_entered as entered
    inner join truths on entered.location_id = truths.location_id and not truths.is_running
    where entered.sku is not null
    union
    select
        events.sku,
        events.location_id,
        truths.source_of_truth
    from ops.stock_events as events
    inner join truths on events.location_id = truths.location_id and not truths.is_running
    cross join settling
    where settling.everything and events.sku is not null
    union
    select
        snapshots.sku,
        snapshots.location_id,
        truths.source_of_truth
    from ops.stock_snapshots as snapshots
    inner join truths on snapshots.location_id = truths.location_id and not truths.is_running
    cross join settling
    where settling.everything
),

-- An entry that corrects a count replaces it; one without a figure takes it back.
newest_entries as (
    select distinct on (events.source, events.document_key, events.event_key)
        events.sku,
        events.location_id,
        events.document_key,
        events.counted_units,
        events.occurred_at,
        events.landing_file_id
    from touched
    inner join ops.stock_events as events
        on touched.sku = events.sku and touched.location_id = events.location_id and events.kind = 'count'
    order by
        events.source asc,
        events.document_key asc,
        events.event_key asc,
        events.entry_number desc
),

newest_counts as (
    select distinct on (sku, location_id) *
    from newest_entries
    where counted_units is not null
    order by
        sku asc,
        location_id asc,
        occurred_at desc,
        document_key desc
)

insert into stock_bases (
    sku, location_id, source_of_truth, is_running, sources_in_level, counts_from, since_push_run_id, counted_at,
    level_units, level_committed_units, level_reserved_units, level_damaged_units, landing_file_id
)
select
    sku,
    location_id,
    source_of_truth,
    is_running,
    sources_in_level,
    counts_from,
    since_push_run_id,
    counted_at,
    level_units,
    level_committed_units,
    level_reserved_units,
    level_damaged_units,
    landing_file_id
from running
union all
select
    touched.sku,
    touched.location_id,
    touched.source_of_truth,
    false as is_running,
    '{}' as sources_in_level,
    coalesce(newest_counts.occurred_at, '1900-01-01 00:00+00') as counts_from,
    0 as since_push_run_id,
    newest_counts.occurred_at as counted_at,
    coalesce(newest_counts.counted_units, 0) as level_units,
    0 as level_committed_units,
    0 as level_reserved_units,
    0 as level_damaged_units,
    newest_counts.landing_file_id
from touched
left join newest_counts on touched.sku = newest_counts.sku and touched.location_id = newest_counts.location_id
where
    touched.source_of_truth = 'ledger'
    or newest_counts.sku is not null
