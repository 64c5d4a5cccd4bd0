-- One row per open purchase order line of an item, the earliest first.
with items as (
    select
        listed.sku,
        listed.location_id
    from unnest(%(skus)s::text[], %(locations)s::text[]) as listed (sku, location_id)
),

clock as (
    select %(today)s::date as day_now
)

select
    lines.sku,
    lines.location_id,
    lines.po_number,
    lines.units_open::integer as units,
    greatest(coalesce(lines.promised_date, lines.requested_date) - clock.day_now, 0) as due_days
from items
cross join clock
inner join marts.fct_purchase_order_lines as lines
    on items.sku = lines.sku and items.location_id = lines.location_id
where
    lines.units_open > 0
    and lines.ordered_at is not null
    and coalesce(lines.promised_date, lines.requested_date) is not null
order by due_days, lines.po_number
