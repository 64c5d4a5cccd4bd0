-- One row per channel, SKU and location that it offers or sold from in the last 90 days, with what it sells of it.
with days as (
    select max(counted_for_date) as as_of_date from marts.fct_order_lines
),

sold as (
    select
        lines.channel_id,
        lines.sku,
        lines.location_id,
        sum(lines.units_ordered - lines.units_cancelled) as units,
        sum(power(lines.units_ordered - lines.units_cancelled, 2)) as squares
    from marts.fct_order_lines as lines
    cross join days
    where
        lines.is_stock_item
        and lines.line_kind = 'sale'
        and lines.ordered_date >= days.as_of_date - 90
        and lines.units_ordered > lines.units_cancelled
    group by lines.channel_id, lines.sku, lines.location_id
),

listed as (
    select distinct
        channel_id,
        sku,
        location_id
    from intermediate.int_listings_unioned
    where sku is not null and location_id is not null
)

select
    coalesce(listed.channel_id, sold.channel_id) as channel_id,
    coalesce(listed.sku, sold.sku) as sku,
    coalesce(listed.location_id, sold.location_id) as location_id,
    listed.sku is not null as is_listed,
    (coalesce(sold.units, 0) / 90)::double precision as units_per_day,
    coalesce(sold.squares / nullif(sold.units, 0), 1)::double precision as units_per_sale
from listed
full outer join sold
    on
        listed.channel_id = sold.channel_id
        and listed.sku = sold.sku
        and listed.location_id = sold.location_id
order by location_id, sku, channel_id
