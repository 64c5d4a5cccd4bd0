-- One row per pair of a wanted sku and another one that shoppers of a shop bought together, and in how many orders.
-- Each order counts once however many lines it has; the largest ones are a trader's and say nothing.
with lines as (
    select distinct
        order_id,
        sku
    from marts.fct_order_lines
    where channel_id = %(channel)s and sku is not null and line_kind = 'sale' and ordered_date >= %(since)s
),

orders as (
    select order_id
    from lines
    group by order_id
    having count(*) <= %(largest_basket)s and bool_or(sku = any(%(skus)s))
)

select
    wanted.sku,
    beside.sku as with_sku,
    count(*) as orders
from orders
inner join lines as wanted on orders.order_id = wanted.order_id and wanted.sku = any(%(skus)s)
inner join lines as beside on orders.order_id = beside.order_id and wanted.sku <> beside.sku
group by wanted.sku, beside.sku
having count(*) >= %(least_together)s
