-- One row: what is still to come of a day's orders, whether a later plan counted it, and what was ordered of it again.
with day_lines as (
    select
        lines.sku,
        orders.location_id,
        lines.units,
        coalesce(answers.units_rejected, 0) as units_missing,
        coalesce(answers.units_backordered, 0) as units_owed,
        ops.units_open(lines.units, answers.units_rejected, answers.units_shipped, arrived.units_received) as units_open
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    left join ops.purchase_order_line_answers as answers
        on
            lines.po_number = answers.po_number and lines.line_number = answers.line_number
            and coalesce(answers.answered_at, answers.first_shipped_at) < %(cut_off)s
    left join marts.fct_purchase_order_lines as arrived
        on
            lines.po_number = arrived.po_number and lines.line_number = arrived.line_number
            and arrived.origin = 'stockroom'
    where
        orders.plan_date = %(plan_date)s
        and orders.kind != 'drop_ship'
        and orders.state not in ('proposed', 'waiting', 'refused', 'cancelled')
),

-- One item may stand in orders to two suppliers: what is open of both must be counted.
day_items as (
    select
        sku,
        location_id,
        count(*) as lines,
        sum(units_open) as units_open,
        sum(units_missing) as units_missing,
        sum(units_owed) as units_owed
    from day_lines
    group by sku, location_id
),

-- What is bought for several locations counts at each of them.
bought_for as (
    select
        lines.sku,
        orders.location_id,
        splits.location_id as counted_at
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    inner join ops.purchase_order_line_splits as splits
        on
            lines.po_number = splits.po_number
            and lines.version = splits.version
            and lines.line_number = splits.line_number
    where orders.plan_date = %(plan_date)s
    union
    select
        sku,
        location_id,
        location_id as counted_at
    from day_items
),

counted_at as (
    select
        inputs.sku,
        inputs.location_id,
        coalesce(sum((part.value ->> 0)::numeric), 0) as units
    from plan.inputs as inputs
    left join lateral jsonb_array_elements(inputs.on_order) as part on true
    where inputs.plan_date = %(as_of_date)s
    group by inputs.sku, inputs.location_id
),

counted as (
    select
        bought_for.sku,
        bought_for.location_id,
        sum(counted_at.units) as units
    from bought_for
    inner join counted_at on bought_for.sku = counted_at.sku and bought_for.counted_at = counted_at.location_id
    group by bought_for.sku, bought_for.location_id
),

again as (
    select
        lines.sku,
        orders.location_id,
        count(*) as lines,
        sum(lines.units) as units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where
        orders.plan_date > %(plan_date)s and orders.plan_date <= %(as_of_date)s
        and orders.kind != 'drop_ship'
        and orders.state not in ('refused', 'cancelled')
    group by lines.sku, orders.location_id
),

-- Why an item came again: the first reason of these that holds.
reasons as (
    select
        again.lines,
        again.units,
        case
            when day_items.units_missing > 0 then 'short'
            when day_items.units_owed > 0 then 'owed'
            when now_decided.reorder_point_units > then_decided.reorder_point_units then 'grown'
            when now_decided.position_units < then_decided.position_units + day_items.units_open then 'sold'
        end as reason
    from day_items
    inner join again on day_items.sku = again.sku and day_items.location_id = again.location_id
    left join plan.decisions as then_decided
        on
            then_decided.plan_date = %(plan_date)s
            and day_items.sku = then_decided.sku and day_items.location_id = then_decided.location_id
    left join plan.decisions as now_decided
        on
            now_decided.plan_date = %(as_of_date)s
            and day_items.sku = now_decided.sku and day_items.location_id = now_decided.location_id
),

came_again as (
    select
        coalesce(sum(lines), 0)::integer as lines_again,
        coalesce(sum(units), 0)::integer as units_again,
        coalesce(sum(lines) filter (where reason = 'short'), 0)::integer as again_short,
        coalesce(sum(lines) filter (where reason = 'owed'), 0)::integer as again_owed,
        coalesce(sum(lines) filter (where reason = 'grown'), 0)::integer as again_grown,
        coalesce(sum(lines) filter (where reason = 'sold'), 0)::integer as again_sold
    from reasons
),

under_way as (
    select
        coalesce(sum(day_items.lines) filter (where day_items.units_open > 0), 0)::integer as lines,
        coalesce(sum(day_items.units_open), 0)::integer as units,
        coalesce(
            sum(day_items.lines) filter (where day_items.units_open > 0 and counted.units >= day_items.units_open), 0
        )::integer as lines_counted
    from day_items
    left join counted on day_items.sku = counted.sku and day_items.location_id = counted.location_id
)

select
    under_way.lines,
    under_way.units,
    under_way.lines_counted,
    came_again.lines_again,
    came_again.units_again,
    came_again.again_short,
    came_again.again_owed,
    came_again.again_grown,
    came_again.again_sold
from under_way
cross join came_again
