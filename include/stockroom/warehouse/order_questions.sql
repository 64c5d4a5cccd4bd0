-- One row per line of the given orders, with what it would cost to get it late; by order, lines of most value first.
select
    orders.po_number,
    lines.line_number,
    lines.sku,
    lines.units,
    lines.unit_cost,
    lines.line_value,
    lines.reason,
    skus.title as description,
    decided.days_of_supply,
    decided.forecast_units_per_day * greatest(
        skus.unit_price - case
            when orders.currency = skus.currency then lines.unit_cost else lines.unit_cost * orders.exchange_rate
        end, 0
    ) as margin_per_day
from ops.purchase_orders as orders
inner join ops.purchase_order_lines as lines on orders.po_number = lines.po_number and orders.version = lines.version
left join marts.dim_skus as skus on lines.sku = skus.sku
left join plan.decisions as decided
    on orders.plan_date = decided.plan_date and lines.sku = decided.sku and orders.location_id = decided.location_id
where orders.po_number = any(%(po_numbers)s)
order by orders.po_number asc, lines.line_value desc, lines.line_number asc
