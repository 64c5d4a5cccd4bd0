-- Puts on order, in a plan's inputs, what a person released since they were frozen, and takes what such a transfer
-- moves from where it leaves; one row per item that this changed. What is bought for several locations is on order at
-- each. What only sends on was on order before, and promised where it lies.
with released as (
    select
        orders.po_number,
        orders.kind,
        orders.supplier_id,
        orders.location_id,
        lines.version,
        lines.line_number,
        lines.sku,
        lines.units - lines.split_units as units,
        coalesce(orders.requested_date, orders.plan_date) - %(plan_date)s as due_in_days
    from plan.runs
    inner join ops.purchase_orders as orders on orders.po_number = any(runs.open_proposals)
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where
        runs.plan_date = %(plan_date)s
        and states.is_on_order
),

coming as (
    select
        released.sku,
        coalesce(splits.location_id, released.location_id) as location_id,
        jsonb_agg(
            jsonb_build_array(
                coalesce(splits.units, released.units),
                released.due_in_days + ceil(coalesce(splits.way_days, 0))::integer
            )
            order by released.po_number
        ) as on_order
    from released
    left join ops.purchase_order_line_splits as splits
        on
            released.po_number = splits.po_number
            and released.version = splits.version
            and released.line_number = splits.line_number
    where coalesce(splits.units, released.units) > 0
    group by released.sku, coalesce(splits.location_id, released.location_id)
),

leaving as (
    select
        sku,
        supplier_id as location_id,
        sum(units) as units
    from released
    where kind = 'transfer' and units > 0
    group by sku, supplier_id
),

changed as (
    select
        coalesce(coming.sku, leaving.sku) as sku,
        coalesce(coming.location_id, leaving.location_id) as location_id,
        coalesce(coming.on_order, '[]') as on_order,
        coalesce(leaving.units, 0) as units_leaving
    from coming
    full join leaving on coming.sku = leaving.sku and coming.location_id = leaving.location_id
)

update plan.inputs set
    on_order = inputs.on_order || changed.on_order,
    on_hand_units = greatest(inputs.on_hand_units - changed.units_leaving, 0)
from changed
where
    inputs.plan_date = %(plan_date)s
    and inputs.sku = changed.sku
    and inputs.location_id = changed.location_id
returning inputs.sku
