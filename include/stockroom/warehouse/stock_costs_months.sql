-- One row per item and month of the window: its days, those it was out of stock for, and its stock in the evenings.
select
    items.item,
    date_trunc('month', days.stock_date)::date as month_start_date,
    count(*)::integer as days,
    (count(*) filter (where days.is_sold_out_day or days.is_out_all_day))::integer as stockout_days,
    avg(greatest(days.available_units_at_close, 0))::float8 as average_units
from marts.fct_stock_daily as days
inner join planned_items as items on days.sku = items.sku and days.location_id = items.location_id
where days.stock_date >= %(history_start)s and days.stock_date < %(plan_date)s
group by items.item, date_trunc('month', days.stock_date)::date
order by month_start_date, items.item
