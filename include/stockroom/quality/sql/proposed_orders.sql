-- One row per order that waits to be released.
select
    orders.po_number,
    round(100 * (orders.value - sum(lines.line_value)))::float8 as cents_beyond_lines
from ops.purchase_orders as orders
inner join ops.purchase_order_lines as lines on orders.po_number = lines.po_number and orders.version = lines.version
where orders.state = 'proposed'
group by orders.po_number, orders.value
