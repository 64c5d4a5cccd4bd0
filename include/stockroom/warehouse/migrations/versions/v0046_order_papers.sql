alter table ops.order_ways add column template_name text not null default '';

comment on column ops.order_ways.template_name is
'Name of the template that the supplier''s orders are set by; empty: none.';

create table ops.order_papers (
    message_key text primary key,
    po_number text not null,
    version integer not null,
    template_name text not null,
    formats text[] not null,
    paper jsonb not null,
    kept_at timestamptz not null default now()
);

create index on ops.order_papers (po_number, version);

comment on table ops.order_papers is
'One row per message about an order that was made ready for its supplier: all that its documents are made from, so that'
' they can be written again to the same bytes.';
comment on column ops.order_papers.template_name is 'Name and version of the template that it was set by; empty: none.';
comment on column ops.order_papers.formats is 'What the supplier was sent: pdf, csv, xlsx, x12.';
comment on column ops.order_papers.paper is 'The document''s fields and lines, without our reasons.';
