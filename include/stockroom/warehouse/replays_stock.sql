-- One row per item: its stock at close and receipts from the eve of the judged days on, and all it received before.
select
    items.item,
    coalesce(
        array_agg(days.stock_date - %(first_judged_date)s) filter (where days.stock_date >= %(eve)s), '{}'
    ) as days,
    coalesce(
        array_agg(greatest(days.available_units_at_close, 0)::integer) filter (where days.stock_date >= %(eve)s), '{}'
    ) as closing_units,
    coalesce(
        array_agg(greatest(days.units_received, 0)::integer) filter (where days.stock_date >= %(eve)s), '{}'
    ) as received_units,
    coalesce(sum(days.units_received) filter (where days.stock_date <= %(eve)s), 0)::integer as received_before
from marts.fct_stock_daily as days
inner join planned_items as items on days.sku = items.sku and days.location_id = items.location_id
where days.stock_date < %(plan_date)s
group by items.item
