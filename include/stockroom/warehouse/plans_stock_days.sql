-- One row per item with days that were not simply in stock: on which it sold out, and on which it was out all day.
select
    items.item,
    coalesce(
        array_agg(days.stock_date - %(history_start)s) filter (where not days.is_out_all_day), '{}'
    ) as sold_out_days,
    coalesce(array_agg(days.stock_date - %(history_start)s) filter (where days.is_out_all_day), '{}') as empty_days
from marts.fct_stock_daily as days
inner join planned_items as items on days.sku = items.sku and days.location_id = items.location_id
where
    days.stock_date >= %(history_start)s and days.stock_date < %(plan_date)s
    and (days.is_out_all_day or days.is_sold_out_day)
group by items.item
