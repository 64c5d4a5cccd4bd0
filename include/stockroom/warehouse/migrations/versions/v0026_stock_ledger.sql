create table ops.stock_events (
    stock_event_id bigint generated always as identity primary key,
    source text not null,
    document_key text not null,
    event_key text not null,
    entry_number integer not null default 1,
    kind text not null check (
        kind in (
            'sale', 'cancellation', 'fulfilment', 'return', 'receipt', 'transfer_out', 'transfer_in', 'adjustment',
            'count'
        )
    ),
    sku text,
    location_id text not null,
    channel_id text,
    on_hand_change integer not null default 0,
    committed_change integer not null default 0,
    reserved_change integer not null default 0,
    damaged_change integer not null default 0,
    counted_units integer,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    landing_file_id bigint,
    unique (source, document_key, event_key, entry_number)
);

create index stock_events_by_item on ops.stock_events (sku, location_id, occurred_at);
create index stock_events_of_counts on ops.stock_events (sku, location_id, occurred_at desc)
where kind = 'count';

comment on table ops.stock_events is
'The ledger: one row per change of stock, never altered. Where a source corrects what it said, a further entry of the'
' same event holds the difference, dated as the event itself, so that the sum of its entries is what the source says.';
comment on column ops.stock_events.source is 'Who says so: a channel, or the warehouse system (wms).';
comment on column ops.stock_events.document_key is 'The source''s own key of the record: an order, a receipt, a count.';
comment on column ops.stock_events.event_key is
'What of that record it is: line, kind, moment, SKU and place. Events that differ in any of these are others.';
comment on column ops.stock_events.entry_number is '1: as first heard. Later ones correct it.';
comment on column ops.stock_events.sku is 'Master SKU; null as long as nobody said what the listing is.';
comment on column ops.stock_events.location_id is 'Our name of the place; UNASSIGNED where no source says.';
comment on column ops.stock_events.channel_id is 'The channel of a sale and of what became of it; null for others.';
comment on column ops.stock_events.on_hand_change is 'Units that came to lie there, or left it (below 0).';
comment on column ops.stock_events.committed_change is 'Units promised to shoppers, or no longer (below 0).';
comment on column ops.stock_events.counted_units is
'Of a count: units that lay there, whatever the ledger said. Null for others, and where a count was taken back.';
comment on column ops.stock_events.occurred_at is 'When it happened, as the source says (UTC).';
comment on column ops.stock_events.recorded_at is 'When the ledger heard of it (UTC).';
comment on column ops.stock_events.landing_file_id is 'The landing file that says so.';

create table ops.stock_documents (
    source text not null,
    document_key text not null,
    said_at timestamptz not null,
    landing_file_id bigint not null,
    landing_line_number integer not null,
    primary key (source, document_key)
);

comment on table ops.stock_documents is
'One row per record that the ledger took in: its newest version. An older one that comes later says nothing.';
comment on column ops.stock_documents.said_at is 'The record''s own time of change; -infinity where it has none.';

create table ops.stock_cursors (
    source text not null,
    stream text not null,
    landing_file_id bigint not null,
    newest_file_id bigint,
    read_at timestamptz,
    primary key (source, stream)
);

comment on table ops.stock_cursors is
'One row per stream: how far the ledger took its landing files in. It moves in the transaction of the events.';
comment on column ops.stock_cursors.landing_file_id is 'Whatever the stream landed up to this file is taken in.';
comment on column ops.stock_cursors.newest_file_id is 'The newest of them that is the stream''s own; null: none is.';
comment on column ops.stock_cursors.read_at is 'When that file was still true, by the source''s clock.';

create table ops.stock_levels (
    source text not null,
    listing_id text not null,
    location_id text not null,
    sku text,
    available_units integer not null,
    committed_units integer not null default 0,
    reserved_units integer not null default 0,
    damaged_units integer not null default 0,
    incoming_units integer not null default 0,
    on_hand_units integer,
    landing_file_id bigint not null,
    read_at timestamptz not null,
    primary key (source, listing_id, location_id)
);

create index stock_levels_by_item on ops.stock_levels (sku, location_id);

comment on table ops.stock_levels is
'One row per listing and location: the level that a channel last showed. Where the channel is the source of truth,'
' positions stand on it; elsewhere it is compared with them, and is never a count.';
comment on column ops.stock_levels.read_at is 'When this level was first read; a file that repeats it changes nothing.';

create table ops.stock_locations (
    location_id text primary key,
    source_of_truth text not null,
    is_running boolean not null,
    sources_in_level text[] not null default '{}'
);

comment on table ops.stock_locations is 'One row per location: who says what lies there.';
comment on column ops.stock_locations.source_of_truth is
'A channel (its levels), count (counts and what happened since), or ledger (events alone, from the first on).';
comment on column ops.stock_locations.is_running is
'Whether its level goes on by itself: a channel''s does, a count holds for one moment.';
comment on column ops.stock_locations.sources_in_level is
'Whose events a running level holds already, because the same system writes both.';

create table ops.stock_positions (
    sku text not null,
    location_id text not null,
    source_of_truth text not null,
    is_running boolean not null,
    counts_from timestamptz,
    counted_at timestamptz,
    level_units integer not null,
    level_committed_units integer not null default 0,
    level_reserved_units integer not null default 0,
    level_damaged_units integer not null default 0,
    own_writes_units integer not null default 0,
    on_hand_since integer not null default 0,
    committed_since integer not null default 0,
    reserved_since integer not null default 0,
    damaged_since integer not null default 0,
    committed_ever integer not null default 0,
    available_units integer generated always as (
        case
            when is_running then level_units - own_writes_units + on_hand_since - committed_since
            else level_units + on_hand_since - greatest(committed_ever, 0) - level_reserved_units - level_damaged_units
        end - reserved_since - damaged_since
    ) stored,
    committed_units integer generated always as (
        case when is_running then level_committed_units else 0 end + greatest(committed_ever, 0)
    ) stored,
    reserved_units integer generated always as (level_reserved_units + reserved_since) stored,
    damaged_units integer generated always as (level_damaged_units + damaged_since) stored,
    on_hand_units integer generated always as (
        case
            when is_running
                then
                    level_units - own_writes_units + on_hand_since - committed_since
                    + level_committed_units + greatest(committed_ever, 0)
                    + level_reserved_units + level_damaged_units
            else level_units + on_hand_since
        end
    ) stored,
    landing_file_id bigint,
    last_event_at timestamptz,
    updated_at timestamptz not null default now(),
    primary key (sku, location_id)
);

comment on table ops.stock_positions is
'One row per SKU and location: the last count or level, and the events after it. on hand = available + committed'
' + reserved + damaged, always. Changed in the transaction of the events.';
comment on column ops.stock_positions.available_units is
'Units that can be sold; below 0 when more was promised than is there.';
comment on column ops.stock_positions.committed_units is 'Units sold and not yet shipped.';
comment on column ops.stock_positions.on_hand_units is 'Units physically there.';
comment on column ops.stock_positions.source_of_truth is 'As ops.stock_locations said when it was last settled.';
comment on column ops.stock_positions.counts_from is
'Events that occurred after this moment are added to the level: of a count its own moment; of a channel''s level the'
' moment from which on we write to it. Null while its owner keeps it alone, and while the SKU is only watched.';
comment on column ops.stock_positions.counted_at is
'When the count was made, or the level read that changed last. Null where nothing was ever counted.';
comment on column ops.stock_positions.level_units is
'What the source of truth last said: of a count units on hand, of a channel what it shows as available.';
comment on column ops.stock_positions.own_writes_units is
'By how much our own writes changed that level: it was no count, and is taken out again.';
comment on column ops.stock_positions.on_hand_since is 'Sum of on_hand_change over the events that are added.';
comment on column ops.stock_positions.committed_since is 'Sum of committed_change over the events that are added.';
comment on column ops.stock_positions.committed_ever is
'Sum of committed_change over all events that the level does not hold itself: what is sold and not shipped.';
comment on column ops.stock_positions.landing_file_id is 'Newest file of levels or counts that it stands on.';
comment on column ops.stock_positions.last_event_at is 'Newest event that was added.';

create table ops.stock_snapshots (
    sku text not null,
    location_id text not null,
    source text not null,
    through_at timestamptz not null,
    on_hand_change integer not null,
    committed_change integer not null,
    reserved_change integer not null,
    damaged_change integer not null,
    primary key (sku, location_id, source)
);

comment on table ops.stock_snapshots is
'One row per SKU, location and source: the sum of the events that are too old to be kept one by one.';
comment on column ops.stock_snapshots.through_at is 'Events up to this moment are in the sum and left the ledger.';

alter table ops.availability_pushes add column taken_in_landing_file_id bigint, add column taken_units integer;
create index availability_pushes_not_taken on ops.availability_pushes (channel_id, availability_push_id)
where taken_in_landing_file_id is null;

comment on column ops.availability_pushes.taken_in_landing_file_id is
'The first file of levels after it, with which its change was taken out of the level; null until then.';
comment on column ops.availability_pushes.taken_units is 'The change that was taken out; 0 where it never arrived.';
