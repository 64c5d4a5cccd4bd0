-- One row per line of an order that waits to be released.
select
    lines.po_number,
    lines.line_number,
    lines.sku,
    lines.units::float8,
    lines.unit_cost::float8,
    -- A location of ours needs no terms.
    case when orders.kind = 'transfer' then orders.supplier_id else suppliers.supplier_id end as known_supplier_id
from ops.purchase_orders as orders
inner join ops.purchase_order_lines as lines on orders.po_number = lines.po_number and orders.version = lines.version
left join marts.dim_suppliers as suppliers on orders.supplier_id = suppliers.supplier_id
where orders.state = 'proposed'
