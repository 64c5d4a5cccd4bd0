alter table ops.purchase_orders
drop constraint purchase_orders_kind_check,
add constraint purchase_orders_kind_check check (kind in ('purchase', 'transfer', 'drop_ship'));

comment on column ops.purchase_orders.kind is
'purchase: from a supplier. transfer: between our own locations; supplier_id is the location that gives. drop_ship: a'
' shopper''s order that its supplier sends itself, from location_id; nothing of it is ever ours.';

create table ops.drop_ship_lines (
    channel_id text not null,
    document_key text not null,
    sku text not null,
    supplier_id text not null,
    part_number integer not null,
    po_number text not null references ops.purchase_orders,
    order_name text not null,
    units integer not null check (units > 0),
    primary key (channel_id, document_key, sku, supplier_id, part_number)
);

create index on ops.drop_ship_lines (po_number);

comment on table ops.drop_ship_lines is
'One row per SKU of a shopper''s order that was passed on to the supplier who sends it, and per time that more was'
' wanted of it: what stands here is not passed on again.';
comment on column ops.drop_ship_lines.document_key is 'The channel''s own key of the order, as in ops.stock_events.';
comment on column ops.drop_ship_lines.part_number is '1, and higher where an order grew after it had been passed on.';
comment on column ops.drop_ship_lines.order_name is 'The number that shop and shopper know the order by.';
comment on column ops.drop_ship_lines.units is 'As first passed on; what is still wanted stands in the order''s lines.';
