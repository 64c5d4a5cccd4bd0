-- Item, day and kind of every day that was not simply in stock: 1 sold out during the day, 2 out all day.
select
    items.item, days.stock_date - {history_start}::date as day,
    case when days.is_out_all_day then 2 else 1 end as kind
from marts.fct_stock_daily as days
inner join planned_items as items on days.sku = items.sku and days.location_id = items.location_id
where
    days.stock_date >= {history_start}::date and days.stock_date < {plan_date}::date
    and (days.is_out_all_day or days.is_sold_out_day)
