-- Count positions anew that are new, or that events are added to from another moment on: what their events sum to.
with settling as (
    select %(everything)s::boolean as everything
),

standing as (
    select
        bases.*,
        positions.sku is null or positions.source_of_truth != bases.source_of_truth or settling.everything as is_new,
        coalesce(positions.committed_ever, 0) as committed_ever
    from stock_bases as bases
    cross join settling
    left join ops.stock_positions as positions
        on bases.sku = positions.sku and bases.location_id = positions.location_id
    where
        settling.everything
        or positions.sku is null
        or positions.source_of_truth != bases.source_of_truth
        or positions.counts_from is distinct from bases.counts_from
),

-- Where only the moment moved, what is promised is what was promised and what was entered just now.
counting as (
    select
        standing.sku,
        standing.location_id,
        events.on_hand_change,
        events.committed_change,
        events.damaged_change,
        events.occurred_at
    from standing
    inner join ops.stock_events as events
        on
            standing.sku = events.sku
            and standing.location_id = events.location_id
            and standing.counts_from < events.occurred_at
    where events.source != all(standing.sources_in_level)
),

since as (
    select
        sku,
        location_id,
        sum(on_hand_change)::integer as on_hand_since,
        sum(committed_change)::integer as committed_since,
        sum(damaged_change)::integer as damaged_since,
        max(occurred_at) as last_event_at
    from counting
    group by sku, location_id
),

promised as (
    select
        standing.sku,
        standing.location_id,
        events.committed_change
    from standing
    inner join ops.stock_events as events
        on standing.sku = events.sku and standing.location_id = events.location_id
    where standing.is_new and events.source != all(standing.sources_in_level)
    union all
    select
        standing.sku,
        standing.location_id,
        snapshots.committed_change
    from standing
    inner join ops.stock_snapshots as snapshots
        on standing.sku = snapshots.sku and standing.location_id = snapshots.location_id
    where standing.is_new and snapshots.source != all(standing.sources_in_level)
    union all
    select
        standing.sku,
        standing.location_id,
        entered.committed_change
    from standing
    inner join stock_entered as entered
        on standing.sku = entered.sku and standing.location_id = entered.location_id
    where not standing.is_new and entered.source != all(standing.sources_in_level)
),

ever as (
    select
        sku,
        location_id,
        sum(committed_change)::integer as committed_units
    from promised
    group by sku, location_id
),

-- What left the ledger for its age, as far as it occurred since the same moment.
opening as (
    select
        standing.sku,
        standing.location_id,
        sum(snapshots.on_hand_since)::integer as on_hand_units,
        sum(snapshots.committed_since)::integer as committed_units,
        sum(snapshots.damaged_since)::integer as damaged_units
    from standing
    inner join ops.stock_snapshots as snapshots
        on
            standing.sku = snapshots.sku
            and standing.location_id = snapshots.location_id
            and standing.counts_from = snapshots.counts_from
    where snapshots.source != all(standing.sources_in_level)
    group by standing.sku, standing.location_id
),

written as (
    select
        standing.sku,
        standing.location_id,
        sum(pushes.taken_units)::integer as own_writes_units
    from standing
    inner join ops.availability_pushes as pushes
        on
            standing.sku = pushes.sku
            and standing.location_id = pushes.location_id
            and standing.source_of_truth = pushes.channel_id
            and standing.since_push_run_id < pushes.push_run_id
    where standing.is_running and standing.counts_from is not null
    group by standing.sku, standing.location_id
),

counted as (
    insert into ops.stock_positions (
        sku, location_id, source_of_truth, is_running, counts_from, counted_at, level_units, level_committed_units,
        level_reserved_units, level_damaged_units, own_writes_units, on_hand_since, committed_since, damaged_since,
        committed_ever, landing_file_id, last_event_at
    )
    select
        standing.sku,
        standing.location_id,
        standing.source_of_truth,
        standing.is_running,
        standing.counts_from,
        standing.counted_at,
        standing.level_units,
        standing.level_committed_units,
        standing.level_reserved_units,
        standing.level_damaged_units,
        coalesce(written.own_writes_units, 0) as own_writes_units,
        coalesce(since.on_hand_since, 0) + coalesce(opening.on_hand_units, 0) as on_hand_since,
        coalesce(since.committed_since, 0) + coalesce(opening.committed_units, 0) as committed_since,
        coalesce(since.damaged_since, 0) + coalesce(opening.damaged_units, 0) as damaged_since,
        case when standing.is_new then 0 else standing.committed_ever end + coalesce(ever.committed_units, 0)
            as committed_ever,
        standing.landing_file_id,
        since.last_event_at
    from standing
    left join written on standing.sku = written.sku and standing.location_id = written.location_id
    left join since on standing.sku = since.sku and standing.location_id = since.location_id
    left join opening on standing.sku = opening.sku and standing.location_id = opening.location_id
    left join ever on standing.sku = ever.sku and standing.location_id = ever.location_id
    on conflict (sku, location_id) do update
        set
            source_of_truth = excluded.source_of_truth,
            is_running = excluded.is_running,
            counts_from = excluded.counts_from,
            counted_at = excluded.counted_at,
            level_units = excluded.level_units,
            level_committed_units = excluded.level_committed_units,
            level_reserved_units = excluded.level_reserved_units,
            level_damaged_units = excluded.level_damaged_units,
            own_writes_units = excluded.own_writes_units,
            on_hand_since = excluded.on_hand_since,
            committed_since = excluded.committed_since,
            damaged_since = excluded.damaged_since,
            committed_ever = excluded.committed_ever,
            landing_file_id = excluded.landing_file_id,
            last_event_at = excluded.last_event_at,
            updated_at = now()
    returning sku, location_id
)

insert into stock_recounted (sku, location_id)
select
    sku,
    location_id
from counted
