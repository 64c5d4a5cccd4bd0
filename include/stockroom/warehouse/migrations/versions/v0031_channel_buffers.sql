alter table ops.availability_pushes add column known_at timestamptz;

comment on column ops.availability_pushes.known_at is
'When we came to know of what made this figure another one, by our clock (UTC); null where nothing sold or arrived.';

create table ops.channel_buffers (
    channel_id text not null,
    sku text not null,
    location_id text not null,
    buffer_units integer not null check (buffer_units >= 0),
    keeps_units integer not null default 0 check (keeps_units >= 0),
    shown_share numeric(6, 4) check (shown_share between 0 and 1),
    decided_by text not null,
    safe_share numeric(6, 4) not null,
    elsewhere_units_per_day double precision not null,
    expected_units double precision not null,
    lag_seconds double precision not null,
    sized_at timestamptz not null default now(),
    primary key (channel_id, sku, location_id)
);

comment on table ops.channel_buffers is
'One row per channel, SKU and location that is not shown whole: what is left unshown, and the terms it follows from.';
comment on column ops.channel_buffers.buffer_units is 'Units that can be sold and are not shown.';
comment on column ops.channel_buffers.keeps_units is
'Where at most so many units are left, this channel alone shows them: it sells most of the SKU. 0 of all others.';
comment on column ops.channel_buffers.shown_share is
'What it shows of what can be sold, where planners fixed it; else null.';
comment on column ops.channel_buffers.decided_by is 'measured, or planners: who said so.';
comment on column ops.channel_buffers.safe_share is
'Of the times that news were under way, so many others sold no more than the buffer.';
comment on column ops.channel_buffers.elsewhere_units_per_day is
'Sold through the other channels, in their usual hours.';
comment on column ops.channel_buffers.expected_units is 'Sold there, on average, while news are under way.';
comment on column ops.channel_buffers.lag_seconds is
'The time that news take at the 95th percentile: from a sale there until it is known, and until this channel shows it.';

create table ops.channel_lags (
    channel_id text primary key,
    known_seconds double precision,
    known_count bigint not null,
    told_seconds double precision,
    told_count bigint not null,
    busy_factor double precision not null,
    measured_at timestamptz not null default now()
);

comment on table ops.channel_lags is
'One row per channel: how long news took in the last 28 days, at the 95th percentile.';
comment on column ops.channel_lags.known_seconds is
'From a sale there until it stood in the ledger; null: too few sales.';
comment on column ops.channel_lags.told_seconds is
'From then until the channel showed it; null: too few figures.';
comment on column ops.channel_lags.busy_factor is
'How many times faster than a day''s average it sells in the hours of its orders.';

select raw.ensure_stream(
    'planners_channel_stock', 'What a channel may show of what can be sold; sku * is all of it; key: channel/sku', false
);
