select raw.ensure_stream('planners_locations', 'Who says what lies at a location; key: location', false);
select raw.ensure_stream('wms_counts', 'Counts of what lies at a location; key: count_id', false);
select raw.ensure_stream(
    'planners_listings', 'What a listing of a channel is; key: channel/listing/sku/valid_from', false
);

create table ops.listing_parts (
    channel_id text not null,
    listing_name text not null,
    sku text not null,
    units_per_listing integer not null,
    valid_from timestamptz,
    valid_before timestamptz
);

comment on table ops.listing_parts is
'What planners said of listings when the ledger last took in: once they say something else, orders are entered anew.';

-- Entries of an event are found by a short key; what it is made of stands beside it.
alter table ops.stock_events alter column event_key type uuid using md5(event_key)::uuid;
comment on column ops.stock_events.event_key is
'What of that record it is, as a digest of line, kind, moment, SKU and place: events that differ in any of these are'
' others.';
alter table ops.stock_positions set (fillfactor = 70);

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
