-- What goes from one location of ours to another by orders that a plan's inputs do not know; one row per order and sku.
-- The plan's own orders count until somebody refuses them. One that was released after the inputs were frozen has been
-- put on order where it goes by then, and has only to leave. What was bought here for there is no stock of this place.
select
    lines.sku,
    orders.supplier_id as from_location_id,
    orders.location_id as to_location_id,
    lines.units - lines.split_units as units_leaving,
    case when orders.plan_date = runs.plan_date then lines.units - lines.split_units else 0 end as units_coming,
    greatest(coalesce(orders.requested_date, orders.plan_date) - runs.plan_date, 0) as due_in_days
from plan.runs
inner join ops.purchase_orders as orders
    on runs.plan_date = orders.plan_date or orders.po_number = any(runs.open_proposals)
inner join ops.purchase_order_states as states on orders.state = states.state
inner join ops.purchase_order_lines as lines
    on orders.po_number = lines.po_number and orders.version = lines.version
where
    runs.plan_date = %(plan_date)s
    and orders.kind = 'transfer'
    and (orders.plan_date = runs.plan_date or states.is_on_order)
    and orders.state not in ('refused', 'cancelled')
    and lines.units > lines.split_units
order by orders.po_number, lines.line_number
