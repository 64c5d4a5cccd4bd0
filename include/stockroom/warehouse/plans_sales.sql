-- One row per item with sales: the days on which it sold, counted from the start of the history, and the units.
-- Negative days (a cancellation without its sale) are no demand.
select
    item,
    array_agg(day) as days,
    array_agg(units) as units
from (
    select
        items.item,
        sales.sold_date - %(history_start)s as day,
        greatest(sum(sales.units_sold), 0)::integer as units
    from marts.fct_sales_daily as sales
    inner join planned_items as items on sales.sku = items.sku and sales.location_id = items.location_id
    where sales.sold_date >= %(history_start)s and sales.sold_date < %(plan_date)s
    group by items.item, sales.sold_date
) as item_days
group by item
