create table ops.purchase_orders (
    po_number text primary key,
    supplier_id text not null,
    location_id text not null,
    currency text not null,
    plan_date date not null,
    version integer not null default 1,
    state text not null check (
        state in ('proposed', 'waiting', 'approved', 'refused', 'released', 'part_received', 'received', 'cancelled')
    ),
    value numeric(14, 2) not null,
    lines_sha256 text not null,
    requested_date date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create unique index one_open_proposal on ops.purchase_orders (supplier_id, location_id, currency)
where state in ('proposed', 'waiting');

comment on table ops.purchase_orders is 'One row per purchase order of ours, in its present version and state.';
comment on index ops.one_open_proposal is
'One open proposal per supplier, ship-to and currency: a later plan replaces it.';
comment on column ops.purchase_orders.location_id is 'Where the goods go.';
comment on column ops.purchase_orders.version is 'Rises when a later plan changes the lines of an order still open.';
comment on column ops.purchase_orders.value is 'Sum of the lines of this version, in currency.';
comment on column ops.purchase_orders.lines_sha256 is
'Of the lines of this version: unchanged lines make no new version.';

create table ops.purchase_order_lines (
    po_number text not null references ops.purchase_orders,
    version integer not null,
    line_number integer not null,
    sku text not null,
    supplier_sku text,
    units integer not null check (units > 0),
    pack_units integer not null,
    unit_cost numeric(14, 4) not null,
    line_value numeric(14, 2) not null,
    reason text not null,
    terms jsonb not null,
    primary key (po_number, version, line_number)
);

comment on table ops.purchase_order_lines is 'One row per order, version and line; older versions stay.';
comment on column ops.purchase_order_lines.reason is 'Why this many, as one sentence.';
comment on column ops.purchase_order_lines.terms is 'The numbers of that sentence.';

create table ops.purchase_order_events (
    event_id bigint generated always as identity primary key,
    po_number text not null references ops.purchase_orders,
    version integer not null,
    from_state text,
    to_state text not null,
    actor text not null,
    note text,
    occurred_at timestamptz not null default now()
);

create index on ops.purchase_order_events (po_number);

comment on table ops.purchase_order_events is 'One row per change of state, in order of event_id.';
comment on column ops.purchase_order_events.from_state is 'Null for the first event of an order.';
comment on column ops.purchase_order_events.actor is 'The person by name, or the job.';

create table ops.number_series (
    series text primary key,
    last_number bigint not null
);

comment on table ops.number_series is
'Gapless numbers: taken by update inside the transaction of the order that gets one.';

create table ops.outbox (
    message_key text primary key,
    kind text not null,
    subject_key text not null,
    state text not null check (state in ('pending', 'sent', 'failed')),
    attempts integer not null default 0,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    path text
);

comment on table ops.outbox is 'One row per message that leaves; its key is unique, so it leaves once.';
comment on column ops.outbox.subject_key is
'What it is about: an order and version, a restock request, a digest''s week.';
comment on column ops.outbox.path is 'The file that was written or sent, if any.';

create table ops.restock_requests (
    request_id text primary key,
    shopper_id bigint not null,
    sku text not null,
    quantity integer not null,
    requested_at timestamptz not null,
    state text not null check (state in ('active', 'notified', 'unsubscribed', 'expired')),
    notified_at timestamptz,
    last_event_note text
);

create index on ops.restock_requests (sku) where state = 'active';

comment on table ops.restock_requests is 'One row per shopper waiting for a SKU; who that is stands in pii.shoppers.';

create table ops.restock_notices (
    request_id text primary key references ops.restock_requests on delete cascade,
    title text not null,
    handle text not null,
    image_url text,
    variant_id text not null,
    price numeric(14, 4) not null,
    chosen_at timestamptz not null default now()
);

comment on table ops.restock_notices is
'One row per request whose shopper is told: what the mail shows, frozen when it was chosen,'
' so that sending again sends the same.';

create table ops.exceptions (
    exception_key text primary key,
    kind text not null,
    subject text not null,
    detail text not null,
    mend text not null,
    raised_at timestamptz not null default now(),
    resolved_at timestamptz
);

comment on table ops.exceptions is
'One row per thing that wants a person: raised once per key, resolved when it is mended.';

create table pii.shoppers (
    shopper_id bigint generated always as identity primary key,
    email text,
    phone text,
    contact_sha256 text unique not null,
    consent_version text,
    created_at timestamptz not null default now()
);

comment on table pii.shoppers is 'One row per person who left an address to be told of a restock.';
comment on column pii.shoppers.contact_sha256 is 'Of the normalised address: finds the same person without reading it.';

create table ops.gate_runs (
    gate_run_id bigint generated always as identity primary key,
    gate text not null,
    as_of_date date not null,
    passed boolean not null,
    last_landing_file_id bigint not null,
    report_path text not null,
    checked_at timestamptz not null default now()
);

create index on ops.gate_runs (gate, last_landing_file_id) where passed;

comment on table ops.gate_runs is 'One row per verdict of a quality gate, in order of gate_run_id.';
comment on column ops.gate_runs.last_landing_file_id is
'Newest file that had landed when the gate looked: a gate on raw looks next at files after its last passed run.';
comment on column ops.gate_runs.report_path is 'The page that names the rows.';

create table ops.mart_builds (
    mart_build_id bigint generated always as identity primary key,
    as_of_date date not null,
    layer text not null,
    models integer not null,
    tests integer not null,
    built_at timestamptz not null default now()
);

comment on table ops.mart_builds is 'One row per layer that dbt built, in order of mart_build_id.';
comment on column ops.mart_builds.tests is 'Data tests that passed with it.';
