-- One row per order that waits for a person.
with lines as (
    select
        po_number,
        version,
        count(*)::integer as lines,
        sum(units)::integer as units
    from ops.purchase_order_lines
    group by po_number, version
),

agreed as (
    select
        po_number,
        version,
        string_agg(actor, ', ' order by event_id) as first_yes
    from ops.purchase_order_events
    where note like %(one_of_two)s
    group by po_number, version
)

select
    orders.po_number,
    orders.version,
    orders.supplier_id,
    orders.location_id,
    orders.currency,
    orders.value,
    orders.exchange_rate,
    orders.rate_date,
    lines.lines,
    lines.units,
    orders.plan_date,
    orders.requested_date,
    orders.updated_at as waiting_since,
    orders.change_note as why,
    agreed.first_yes,
    coalesce(suppliers.name, orders.supplier_id) as supplier_name
from ops.purchase_orders as orders
inner join lines on orders.po_number = lines.po_number and orders.version = lines.version
left join agreed on orders.po_number = agreed.po_number and orders.version = agreed.version
left join marts.dim_suppliers as suppliers on orders.supplier_id = suppliers.supplier_id
where orders.state = 'waiting'
order by orders.po_number
