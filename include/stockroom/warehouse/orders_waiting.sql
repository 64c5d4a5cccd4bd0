-- One row per order that waits for a person.
with lines as (
    select
        po_number,
        version,
        count(*)::integer as lines,
        sum(units)::integer as units
    from ops.purchase_order_lines
    group by po_number, version
)

select
    orders.po_number,
    orders.version,
    orders.supplier_id,
    orders.location_id,
    orders.currency,
    orders.value,
    lines.lines,
    lines.units,
    orders.plan_date,
    orders.updated_at as waiting_since,
    coalesce(suppliers.name, orders.supplier_id) as supplier_name
from ops.purchase_orders as orders
inner join lines on orders.po_number = lines.po_number and orders.version = lines.version
left join marts.dim_suppliers as suppliers on orders.supplier_id = suppliers.supplier_id
where orders.state = 'waiting'
order by orders.po_number
