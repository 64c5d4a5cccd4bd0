create table ops.order_ways (
    supplier_id text not null,
    version integer not null,
    way text not null,
    formats text[] not null check (formats <@ array['pdf', 'csv', 'xlsx', 'x12'] and cardinality(formats) > 0),
    written_as text not null,
    tax_note text not null,
    x12_address text not null,
    set_by text not null,
    set_at timestamptz not null default now(),
    primary key (supplier_id, version)
);

comment on table ops.order_ways is
'One row per supplier and version of how it gets its orders, the newest of which holds; set by people of ours alone,'
' since whoever may change it gets our orders.';
comment on column ops.order_ways.way is
'folder; mail, or mail: and an address; post: and a connection; s3://… or sftp://… for a drop of the supplier''s.';
comment on column ops.order_ways.formats is 'What the supplier is sent: pdf, csv, xlsx, x12.';
comment on column ops.order_ways.x12_address is
'How the supplier is called in interchanges, as ZZ:NAME; empty: not at all.';

create table ops.order_interchanges (
    message_key text primary key,
    control_number integer generated always as identity,
    drawn_at timestamptz not null default now(),
    answered_at timestamptz,
    is_accepted boolean
);

create unique index on ops.order_interchanges (control_number);

comment on table ops.order_interchanges is
'One row per message that left as X12: its control number, which no other has however often the message is written.';
comment on column ops.order_interchanges.is_accepted is 'What the supplier''s 997 said; null: none came yet.';

create function ops.keep_order_numbers() returns trigger language plpgsql as $$
begin
    raise exception 'purchase order % stays: its number is never used again', old.po_number
    using errcode = 'restrict_violation';
end
$$;

grant execute on function ops.keep_order_numbers() to stockroom_app;

create trigger keep_numbers before delete or update of po_number on ops.purchase_orders
for each row execute function ops.keep_order_numbers();
