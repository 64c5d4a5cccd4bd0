-- What a plan froze as bought for another location and still to be sent on, less what was let go or refused since.
with owed as (
    select
        entry.value ->> 0 as sku,
        entry.value ->> 1 as from_location_id,
        entry.value ->> 2 as location_id,
        (entry.value ->> 3)::double precision as way_days,
        entry.value ->> 4 as last_po_number,
        (entry.value ->> 5)::integer as units
    from plan.runs
    cross join lateral jsonb_array_elements(coalesce(runs.policy -> 'owed_units', '[]')) as entry
    where runs.plan_date = %(plan_date)s
),

answered as (
    select
        lines.sku,
        orders.supplier_id as from_location_id,
        orders.location_id,
        sum(lines.split_units) as units
    from plan.runs
    inner join ops.purchase_orders as orders on orders.po_number = any(runs.open_proposals)
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where runs.plan_date = %(plan_date)s and orders.kind = 'transfer' and not states.is_proposal
    group by lines.sku, orders.supplier_id, orders.location_id
)

select
    owed.sku,
    owed.from_location_id,
    owed.location_id,
    owed.way_days,
    owed.last_po_number,
    (owed.units - coalesce(answered.units, 0))::integer as units,
    coalesce(inputs.unit_cost, 0) as unit_cost
from owed
left join answered
    on
        owed.sku = answered.sku
        and owed.from_location_id = answered.from_location_id
        and owed.location_id = answered.location_id
left join plan.inputs
    on
        inputs.plan_date = %(plan_date)s
        and owed.sku = inputs.sku
        and owed.from_location_id = inputs.location_id
where owed.units > coalesce(answered.units, 0)
order by owed.sku collate "C", owed.from_location_id collate "C", owed.location_id collate "C"
