-- One row per item that the store ordered: on which judged days and how much, and what arrived of its earlier orders.
select
    item,
    coalesce(array_agg(day) filter (where day >= 0), '{}') as days,
    coalesce(array_agg(units_ordered) filter (where day >= 0), '{}') as ordered_units,
    coalesce(sum(units_received) filter (where day < 0), 0)::integer as received_of_earlier
from (
    select
        items.item,
        lines.units_ordered,
        lines.units_received,
        (lines.ordered_at at time zone %(time_zone)s)::date - %(first_judged_date)s as day
    from marts.fct_purchase_order_lines as lines
    inner join planned_items as items on lines.sku = items.sku and lines.location_id = items.location_id
    where
        lines.ordered_at < %(plan_date)s::date::timestamp at time zone %(time_zone)s
        and lines.state not in ('proposed', 'waiting', 'refused', 'cancelled')
) as ordered
group by item
