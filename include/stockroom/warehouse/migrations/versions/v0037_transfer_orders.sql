alter table ops.purchase_orders
add column kind text not null default 'purchase' check (kind in ('purchase', 'transfer'));

comment on column ops.purchase_orders.kind is
'purchase: from a supplier. transfer: between our own locations; supplier_id is the location that gives.';
