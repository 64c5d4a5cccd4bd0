select raw.ensure_stream('planners_locations', 'Who says what lies at a location; key: location', false);
select raw.ensure_stream('wms_counts', 'Counts of what lies at a location; key: count_id', false);
alter table ops.stock_snapshots
add column counts_from timestamptz,
add column on_hand_since integer not null default 0,
add column committed_since integer not null default 0;

comment on column ops.stock_snapshots.counts_from is 'Of the position when they left the ledger.';
comment on column ops.stock_snapshots.on_hand_since is 'The part of the sum that occurred after that.';

alter table ops.maintenance_runs add column ledger_entries_summed bigint not null default 0;
comment on column ops.maintenance_runs.ledger_entries_summed is 'Entries of the ledger that became part of a sum.';

-- What readers see stands apart from staging, so that building that anew takes nothing from them.
create view ops.stock_ledger as
select
    stock_event_id,
    source,
    document_key,
    entry_number,
    kind,
    sku,
    location_id,
    channel_id,
    on_hand_change,
    committed_change,
    reserved_change,
    damaged_change,
    counted_units,
    occurred_at,
    recorded_at,
    landing_file_id
from ops.stock_events;

comment on view ops.stock_ledger is 'The ledger as readers see it: one row per entry of ops.stock_events.';
