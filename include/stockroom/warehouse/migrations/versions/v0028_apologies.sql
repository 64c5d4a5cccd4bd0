-- Who waited in vain is told so once, with what could please instead, and may wait on.

alter table ops.restock_requests add column waits_since timestamptz;
comment on column ops.restock_requests.waits_since is
'When the shopper last said that they wait on; null: as since requested_at, which keeps their place in line.';

create table ops.restock_apologies (
    request_id text primary key references ops.restock_requests on delete cascade,
    reason text not null check (reason in ('discontinued', 'waited too long')),
    title text not null,
    alternatives jsonb not null,
    made_at timestamptz not null default now()
);

comment on table ops.restock_apologies is
'One row per request that ended in vain and whose shopper is told so: what the mail shows, frozen when it was made.';
comment on column ops.restock_apologies.reason is
'discontinued: nobody offers the product any more; waited too long: 90 days, and the shopper may wait on.';
comment on column ops.restock_apologies.alternatives is
'Up to three products that could be had then: title, handle, image_url, price.';

grant select, insert, update, delete on ops.restock_apologies to stockroom_app;
