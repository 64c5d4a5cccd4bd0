-- One row per listing that holds a SKU and shows a place that its channel does not count: what it showed, beside what
-- we last made it show, both in units of the listing. A level that was read before our last write says nothing of it.
with asked as (
    select
        %(sku)s::text as sku,
        %(location_id)s::text as location_id
),

listings as (
    select
        levels.*,
        asked.sku as asked_sku
    from asked
    inner join ops.stock_levels as levels on asked.location_id = levels.location_id
    inner join ops.stock_locations as locations
        on levels.location_id = locations.location_id and levels.source != locations.source_of_truth
    where
        levels.sku = asked.sku
        or exists (
            select from ops.listing_parts as named
            where
                named.sku = asked.sku
                and named.channel_id = levels.source
                and named.listing_name in (levels.listing_id, levels.sku)
        )
)

select
    listings.source,
    listings.listing_id,
    listings.available_units,
    listings.read_at,
    told.units,
    told.seen_at,
    held.most_sold::integer,
    held.units_held::integer
from listings
cross join
    lateral (
        select
            pushes.outcome,
            coalesce(pushes.units_after, pushes.units_before) as units,
            coalesce(pushes.verified_at, pushes.read_at) as seen_at
        from ops.availability_pushes as pushes
        where
            pushes.channel_id = listings.source
            and pushes.listing_id = listings.listing_id
            and pushes.location_id = listings.location_id
        order by pushes.availability_push_id desc
        limit 1
    ) as told
-- A bundle sells no more often than its scarcest part does.
cross join
    lateral (
        select
            case
                when count(*) > 1 or max(parts.units_per_listing) > 1
                    then sum(parts.units_per_listing) filter (where parts.sku = listings.asked_sku)
            end as units_held,
            bool_or(parts.sku = listings.asked_sku) as is_holding_it,
            min(coalesce(sold.units, 0) / parts.units_per_listing) as most_sold
        from ops.parts_of_listing(listings.source, listings.listing_id, listings.sku, listings.read_at) as parts
        cross join lateral (
            select sum(events.committed_change - events.on_hand_change) as units
            from ops.stock_events as events
            where
                events.sku = parts.sku
                and events.location_id = listings.location_id
                and events.channel_id = listings.source
                and events.occurred_at > told.seen_at
                and events.occurred_at <= listings.read_at
        ) as sold
    ) as held
where
    held.is_holding_it
    and told.outcome in ('as_wanted', 'verified', 'moved_since')
    and told.units is not null
    and told.seen_at < listings.read_at
order by listings.source, listings.listing_id
