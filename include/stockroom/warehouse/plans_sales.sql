-- Item, day and units of every day with sales. Negative days (a cancellation without its sale) are no demand.
select items.item, sales.sold_date - {history_start}::date as day, greatest(sum(sales.units_sold), 0)::integer as units
from marts.fct_sales_daily as sales
inner join planned_items as items on sales.sku = items.sku and sales.location_id = items.location_id
where sales.sold_date >= {history_start}::date and sales.sold_date < {plan_date}::date
group by items.item, sales.sold_date
