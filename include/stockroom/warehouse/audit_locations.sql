-- One row per place that stock is known of, or that a connected channel sells from: where its figures come from.
with levels as (
    select
        location_id,
        count(*) as skus,
        sum(greatest(available_units_now, 0)) as units,
        max(landing_file_id) as landing_file_id
    from intermediate.int_stock_levels_live
    group by location_id
),

sold_from as (
    select
        location_id,
        string_agg(channel_id, ', ' order by channel_id) as channels
    from (
        select
            channel_id,
            ship_from as location_id
        from ops.channels
        where is_connected and ship_from is not null
        union
        select
            listings.channel_id,
            listings.location_id
        from intermediate.int_listings_unioned as listings
        inner join ops.channels as channels on listings.channel_id = channels.channel_id and channels.is_connected
        where listings.location_id is not null
    ) as places
    group by location_id
)

select
    files.source,
    files.landed_at,
    coalesce(levels.location_id, sold_from.location_id) as location_id,
    coalesce(sold_from.channels, '') as channels,
    coalesce(levels.skus, 0)::integer as skus,
    coalesce(levels.units, 0)::bigint as units
from levels
full join sold_from on levels.location_id = sold_from.location_id
left join raw.landing_files as files on levels.landing_file_id = files.landing_file_id
order by location_id
