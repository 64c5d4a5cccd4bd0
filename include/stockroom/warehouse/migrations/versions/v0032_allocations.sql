create table ops.allocations (
    channel_id text not null,
    document_key text not null,
    sku text not null,
    location_id text not null,
    units integer not null check (units > 0),
    default_location_id text not null,
    is_split boolean not null,
    reason text not null,
    decided_at timestamptz not null default now(),
    primary key (channel_id, document_key, sku, location_id)
);

comment on table ops.allocations is
'One row per order line and location that it is to ship from, where its channel names no place.';
comment on column ops.allocations.document_key is 'The channel''s own key of the order.';
comment on column ops.allocations.default_location_id is
'Where the channel''s orders leave from if nothing is missing.';
comment on column ops.allocations.is_split is 'True where no place has all of it.';
