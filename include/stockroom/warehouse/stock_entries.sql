-- Enter what fresh records say and the ledger does not, as differences: an event that is new, one that was corrected,
-- and one that its record no longer names, whose entries then sum to nothing. What left the ledger stays out of it.
with horizon as (
    select coalesce(max(through_at), '-infinity') as through_at from ops.stock_snapshots
),

told as (
    select
        taken.*,
        md5(
            taken.line_key || taken.kind
            || to_char(taken.occurred_at at time zone 'UTC', '/YYYY-MM-DD"T"HH24:MI:SS.US/')
            || coalesce(taken.sku, '') || '/' || taken.location_id
        )::uuid as event_key
    from stock_taken as taken
    inner join stock_fresh as fresh
        on
            taken.source = fresh.source
            and taken.document_key = fresh.document_key
            and taken.landing_file_id = fresh.landing_file_id
            and taken.landing_line_number = fresh.landing_line_number
    cross join horizon
    where
        taken.kind is not null
        and taken.occurred_at > horizon.through_at
),

-- What the key is made of is the same in all rows of one key.
wanted as (
    select
        source,
        document_key,
        event_key,
        min(kind) as kind,
        min(sku) as sku,
        min(location_id) as location_id,
        min(channel_id) as channel_id,
        min(occurred_at) as occurred_at,
        min(landing_file_id) as landing_file_id,
        sum(on_hand_change) as on_hand_change,
        sum(committed_change) as committed_change,
        sum(damaged_change) as damaged_change,
        max(counted_units) as counted_units
    from told
    group by
        source,
        document_key,
        event_key
),

booked as (
    select
        events.source,
        events.document_key,
        events.event_key,
        min(events.kind) as kind,
        min(events.sku) as sku,
        min(events.location_id) as location_id,
        min(events.channel_id) as channel_id,
        min(events.occurred_at) as occurred_at,
        max(fresh.landing_file_id) as landing_file_id,
        sum(events.on_hand_change) as on_hand_change,
        sum(events.committed_change) as committed_change,
        sum(events.damaged_change) as damaged_change,
        (array_agg(events.counted_units order by events.entry_number desc))[1] as counted_units,
        max(events.entry_number) as entry_number
    from stock_fresh as fresh
    inner join ops.stock_events as events
        on fresh.source = events.source and fresh.document_key = events.document_key
    group by
        events.source,
        events.document_key,
        events.event_key
),

differing as (
    select
        wanted.counted_units,
        coalesce(wanted.source, booked.source) as source,
        coalesce(wanted.document_key, booked.document_key) as document_key,
        coalesce(wanted.event_key, booked.event_key) as event_key,
        coalesce(booked.entry_number, 0) + 1 as entry_number,
        coalesce(wanted.kind, booked.kind) as kind,
        coalesce(wanted.sku, booked.sku) as sku,
        coalesce(wanted.location_id, booked.location_id) as location_id,
        coalesce(wanted.channel_id, booked.channel_id) as channel_id,
        coalesce(wanted.on_hand_change, 0) - coalesce(booked.on_hand_change, 0) as on_hand_change,
        coalesce(wanted.committed_change, 0) - coalesce(booked.committed_change, 0) as committed_change,
        coalesce(wanted.damaged_change, 0) - coalesce(booked.damaged_change, 0) as damaged_change,
        coalesce(wanted.occurred_at, booked.occurred_at) as occurred_at,
        coalesce(wanted.landing_file_id, booked.landing_file_id) as landing_file_id
    from wanted
    full join booked
        on
            wanted.source = booked.source
            and wanted.document_key = booked.document_key
            and wanted.event_key = booked.event_key
    where
        coalesce(wanted.on_hand_change, 0) != coalesce(booked.on_hand_change, 0)
        or coalesce(wanted.committed_change, 0) != coalesce(booked.committed_change, 0)
        or coalesce(wanted.damaged_change, 0) != coalesce(booked.damaged_change, 0)
        or wanted.counted_units is distinct from booked.counted_units
),

entered as (
    insert into ops.stock_events (
        source, document_key, event_key, entry_number, kind, sku, location_id, channel_id, on_hand_change,
        committed_change, damaged_change, counted_units, occurred_at, landing_file_id
    )
    select
        source,
        document_key,
        event_key,
        entry_number,
        kind,
        sku,
        location_id,
        channel_id,
        on_hand_change,
        committed_change,
        damaged_change,
        counted_units,
        occurred_at,
        landing_file_id
    from differing
    returning source, kind, sku, location_id, on_hand_change, committed_change, damaged_change, occurred_at
)

insert into stock_entered (
    source, kind, sku, location_id, on_hand_change, committed_change, damaged_change, occurred_at
)
select
    source,
    kind,
    sku,
    location_id,
    on_hand_change,
    committed_change,
    damaged_change,
    occurred_at
from entered
