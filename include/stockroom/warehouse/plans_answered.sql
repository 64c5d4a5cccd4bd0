-- Puts on order, in a plan's inputs, what a person released since they were frozen; one row per item that this changed.
-- What is bought for several locations is on order at each. What only sends on was on order before.
with released as (
    select
        lines.sku,
        coalesce(splits.location_id, orders.location_id) as location_id,
        jsonb_agg(
            jsonb_build_array(
                coalesce(splits.units, lines.units - lines.split_units),
                coalesce(orders.requested_date, orders.plan_date) - %(plan_date)s
                + ceil(coalesce(splits.way_days, 0))::integer
            )
            order by orders.po_number
        ) as on_order
    from plan.runs
    inner join ops.purchase_orders as orders on orders.po_number = any(runs.open_proposals)
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    left join ops.purchase_order_line_splits as splits
        on
            lines.po_number = splits.po_number
            and lines.version = splits.version
            and lines.line_number = splits.line_number
    where
        runs.plan_date = %(plan_date)s
        and states.is_on_order
        and coalesce(splits.units, lines.units - lines.split_units) > 0
    group by lines.sku, coalesce(splits.location_id, orders.location_id)
)

update plan.inputs set on_order = inputs.on_order || released.on_order
from released
where
    inputs.plan_date = %(plan_date)s
    and inputs.sku = released.sku
    and inputs.location_id = released.location_id
returning inputs.sku
