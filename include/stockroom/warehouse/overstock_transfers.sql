-- What a plan moves from one location of ours to another by its own orders, until somebody refuses them; one row per
-- order and sku. Transfers of earlier plans stand in its inputs. What was bought here for there is no stock of here.
select
    lines.sku,
    orders.supplier_id as from_location_id,
    orders.location_id as to_location_id,
    lines.units - lines.split_units as units,
    greatest(coalesce(orders.requested_date, orders.plan_date) - orders.plan_date, 0) as due_in_days
from ops.purchase_orders as orders
inner join ops.purchase_order_lines as lines
    on orders.po_number = lines.po_number and orders.version = lines.version
where
    orders.plan_date = %(plan_date)s
    and orders.kind = 'transfer'
    and orders.state not in ('refused', 'cancelled')
    and lines.units > lines.split_units
order by orders.po_number, lines.line_number
