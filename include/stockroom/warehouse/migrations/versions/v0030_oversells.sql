create table ops.oversells (
    oversell_id bigint generated always as identity primary key,
    sku text not null,
    location_id text not null,
    state text not null default 'open' check (state in ('open', 'resolved')),
    units_short integer not null check (units_short > 0),
    orders_short integer not null,
    began_at timestamptz,
    known_at timestamptz,
    noticed_at timestamptz not null default clock_timestamp(),
    checked_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    money_at_risk numeric(14, 2) not null default 0,
    action text not null,
    recommendation text not null,
    remedies jsonb not null default '[]'
);

create unique index oversells_open on ops.oversells (sku, location_id) where state = 'open';

comment on table ops.oversells is
'One row per time that more units of a SKU were promised at a location than were there, until that is made good.';
comment on column ops.oversells.units_short is 'The most that were promised beyond stock at once.';
comment on column ops.oversells.orders_short is
'Order lines that are short; 0 where the level itself is below nothing.';
comment on column ops.oversells.began_at is
'When the first order that is short was placed, by its channel''s clock (UTC); null where no order explains it.';
comment on column ops.oversells.known_at is 'When the ledger heard of that order, by our clock (UTC).';
comment on column ops.oversells.noticed_at is 'When it was put before a person, by our clock (UTC).';
comment on column ops.oversells.checked_at is 'When it was last found to stand, or to be made good.';
comment on column ops.oversells.money_at_risk is 'Margin of the units that are short, in the base currency.';
comment on column ops.oversells.action is 'What costs least: re-allocate, transfer, expedite, cancel, or count.';
comment on column ops.oversells.recommendation is 'That, in a sentence with its money.';
comment on column ops.oversells.remedies is 'All that can be done, the cheapest first: action, cost and sentence.';

create table ops.oversell_events (
    oversell_id bigint not null references ops.oversells,
    event_number integer not null,
    occurred_at timestamptz not null,
    kind text not null,
    channel_id text,
    document_key text,
    units integer not null,
    available_before integer,
    available_after integer,
    units_short integer not null default 0,
    shown_units integer,
    shown_at timestamptz,
    primary key (oversell_id, event_number)
);

comment on table ops.oversell_events is
'One row per event of an oversell''s timeline: the order that took the last unit, all that followed, and what channels'
' were told meanwhile. Written anew as long as the oversell is open.';
comment on column ops.oversell_events.kind is
'sale (less what was cancelled of it), or told: a channel was made to show a figure; others as in ops.stock_events.';
comment on column ops.oversell_events.document_key is 'The channel''s own key of the order.';
comment on column ops.oversell_events.units is
'Taken off what can be sold; below 0 where given back. Told: the figure.';
comment on column ops.oversell_events.available_before is
'Units that could be sold just before; null of what was told.';
comment on column ops.oversell_events.units_short is 'Of those it took, so many were not there.';
comment on column ops.oversell_events.shown_units is
'What its channel showed at that moment: its last figure less what it had sold since; null where nobody ever told it.';
comment on column ops.oversell_events.shown_at is 'When that figure was read there: the age of what it stood on.';
