-- One row per item and other location that can sell it: in the planners' order, then those of the same country, then by
-- what they have. What lies at Amazon comes back by a removal, weeks later.
with items as (
    select
        listed.sku,
        listed.location_id
    from unnest(%(skus)s::text[], %(locations)s::text[]) as listed (sku, location_id)
)

select
    items.sku,
    items.location_id,
    elsewhere.location_id as other_location_id,
    elsewhere.available_units,
    preferred.ship_priority
from items
inner join ops.stock_positions as elsewhere
    on items.sku = elsewhere.sku and items.location_id <> elsewhere.location_id
left join ops.stock_locations as preferred on elsewhere.location_id = preferred.location_id
left join marts.dim_locations as short_place on items.location_id = short_place.location_id
left join marts.dim_locations as other_place on elsewhere.location_id = other_place.location_id
where
    elsewhere.available_units > 0
    and elsewhere.source_of_truth <> 'amazon'
order by
    items.sku asc,
    items.location_id asc,
    preferred.ship_priority asc nulls last,
    coalesce(short_place.country_code = other_place.country_code, false) desc,
    elsewhere.available_units desc,
    elsewhere.location_id asc
