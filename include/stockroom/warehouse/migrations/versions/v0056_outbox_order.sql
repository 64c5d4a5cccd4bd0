-- A wave puts its messages into the outbox at one moment: whoever asked first is to hear first.
alter table ops.outbox add column outbox_id bigint generated always as identity;

comment on column ops.outbox.outbox_id is 'The order in which messages leave that were added at the same moment.';

-- Who was told of a SKU lately, those who bought included, is read at each look at its stock.
create index on ops.restock_requests (sku, notified_at) where state in ('chosen', 'sent', 'clicked', 'bought');
drop index ops.restock_requests_sku_notified_at_idx;
