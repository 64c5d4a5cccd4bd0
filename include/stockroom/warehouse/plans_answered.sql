-- Puts on order, in a plan's inputs, what a person released since they were frozen; one row per item that this changed.
with released as (
    select
        lines.sku,
        orders.location_id,
        jsonb_agg(
            jsonb_build_array(lines.units, coalesce(orders.requested_date, orders.plan_date) - %(plan_date)s)
            order by orders.po_number
        ) as on_order
    from plan.runs
    inner join ops.purchase_orders as orders on orders.po_number = any(runs.open_proposals)
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where
        runs.plan_date = %(plan_date)s
        and states.is_on_order
    group by lines.sku, orders.location_id
)

update plan.inputs set on_order = inputs.on_order || released.on_order
from released
where
    inputs.plan_date = %(plan_date)s
    and inputs.sku = released.sku
    and inputs.location_id = released.location_id
returning inputs.sku
