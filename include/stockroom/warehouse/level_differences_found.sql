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
    coalesce(holds.skus, array[levels.sku]) as skus,
    coalesce(holds.units, array[1]) as units
from ops.stock_levels as levels
inner join ops.channels as channels on levels.source = channels.channel_id and channels.is_connected
inner join ops.stock_locations as locations
    on levels.location_id = locations.location_id and levels.source != locations.source_of_truth
left join lateral (
    select
        array_agg(parts.sku order by parts.sku) as skus,
        array_agg(parts.units_per_listing order by parts.sku) as units
    from ops.listing_parts as parts
    where
        parts.channel_id = levels.source
        and parts.listing_name in (levels.listing_id, levels.sku)
        and (parts.valid_from is null or parts.valid_from <= levels.read_at)
        and (parts.valid_before is null or parts.valid_before > levels.read_at)
) as holds on true
where levels.differing_units != 0
order by levels.source, levels.listing_id, levels.location_id
