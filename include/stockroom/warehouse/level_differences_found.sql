-- One row per listing that shows something else than it was made to show, with the SKUs that it holds.
select
    levels.source as channel_id,
    levels.listing_id,
    levels.location_id,
    levels.sku,
    levels.available_units,
    levels.read_at,
    levels.told_units,
    levels.told_at,
    levels.sold_units,
    levels.differing_units,
    holds.skus,
    holds.units
from ops.stock_levels as levels
inner join ops.channels as channels on levels.source = channels.channel_id and channels.is_connected
inner join ops.stock_locations as locations
    on levels.location_id = locations.location_id and levels.source != locations.source_of_truth
cross join
    lateral (
        select
            array_agg(parts.sku order by parts.sku) as skus,
            array_agg(parts.units_per_listing order by parts.sku) as units
        from ops.parts_of_listing(levels.source, levels.listing_id, levels.sku, levels.read_at) as parts
    ) as holds
where levels.differing_units != 0
order by levels.source, levels.listing_id, levels.location_id
