-- What was bought at one location for another, has come and was not sent on yet; one row per sku, from and to. An order
-- to send it on is done with it once a person let it go or refused it: what a person does not want moved stays.
with came as (
    select
        lines.sku,
        orders.location_id as from_location_id,
        splits.location_id,
        orders.po_number,
        splits.way_days,
        case
            when arrived.units_received >= lines.units then splits.units
            else (
                select count(*) from unnest(splits.turns) as turn
                where turn <= arrived.units_received
            )
        end as units
    from ops.purchase_order_line_splits as splits
    inner join ops.purchase_orders as orders
        on splits.po_number = orders.po_number and splits.version = orders.version
    inner join ops.purchase_order_lines as lines
        on
            splits.po_number = lines.po_number
            and splits.version = lines.version
            and splits.line_number = lines.line_number
    inner join marts.fct_purchase_order_lines as arrived
        on
            lines.po_number = arrived.po_number
            and lines.line_number = arrived.line_number
            and arrived.origin = 'stockroom'
    where
        splits.location_id != orders.location_id
        and orders.plan_date < %(plan_date)s
        and arrived.units_received > 0
),

came_for as (
    select
        sku,
        from_location_id,
        location_id,
        sum(units) as units,
        max(way_days) as way_days,
        max(po_number) as po_number
    from came
    group by sku, from_location_id, location_id
),

sent_on as (
    select
        lines.sku,
        orders.supplier_id as from_location_id,
        orders.location_id,
        sum(lines.split_units) as units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where
        orders.kind = 'transfer'
        and lines.split_units > 0
        and orders.plan_date < %(plan_date)s
        and not states.is_proposal
        and not (orders.state = 'cancelled' and orders.changed_by = 'plan')
    group by lines.sku, orders.supplier_id, orders.location_id
)

select
    came_for.sku,
    came_for.from_location_id,
    came_for.location_id,
    came_for.way_days,
    came_for.po_number,
    came_for.units - coalesce(sent_on.units, 0) as units
from came_for
left join sent_on
    on
        came_for.sku = sent_on.sku
        and came_for.from_location_id = sent_on.from_location_id
        and came_for.location_id = sent_on.location_id
where came_for.units > coalesce(sent_on.units, 0)
