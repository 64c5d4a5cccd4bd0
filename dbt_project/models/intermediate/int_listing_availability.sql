with

listings as (

    select * from {{ ref('int_listings_unioned') }}

),

levels as (

    select * from {{ ref('int_stock_levels_live') }}

),

buffers as (

    select * from {{ ref('stg_ops__channel_buffers') }}

),

counted_anywhere as (

    select distinct sku from {{ ref('stg_ops__stock_positions') }}

),

-- What others may sell before a channel hears of it is not shown there. Where so little is left that no channel could
-- show any, the one that keeps the last units shows them all (planning/availability.py). A listing has one row per sku.
-- A part of a bundle that is counted elsewhere only is not here; one that nobody ever counted holds no bundle back.
parts as (

    select
        listings.channel_id,
        listings.listing_id,
        listings.place_id,
        listings.location_id,
        levels.landing_file_id,
        levels.read_at,
        levels.shown_units,
        cast(listings.units_per_listing as numeric) as units_per_listing,
        levels.sku as counted_sku,
        case
            when levels.sku is null
                then 0
            when greatest(levels.available_units_now, 0) <= coalesce(buffers.keeps_units, 0)
                then greatest(levels.available_units_now, 0)
            when buffers.shown_share is not null
                then floor(greatest(levels.available_units_now, 0) * buffers.shown_share)
            else greatest(greatest(levels.available_units_now, 0) - coalesce(buffers.buffer_units, 0), 0)
        end as units_shown

    from listings
    left join levels
        on
            listings.sku = levels.sku
            and listings.location_id = levels.location_id
    left join counted_anywhere
        on listings.sku = counted_anywhere.sku
    left join buffers
        on
            listings.channel_id = buffers.channel_id
            and listings.sku = buffers.sku
            and listings.location_id = buffers.location_id

    where levels.sku is not null or counted_anywhere.sku is not null

),

-- A pack holds several units, a bundle several skus: what can be sold of a listing is what its scarcest part allows.
-- Several listings may show the same units; the next round, minutes later, tells them that they are gone.
availability as (

    select
        channel_id,
        listing_id,
        place_id,
        min(counted_sku) as sku,
        min(location_id) as location_id,
        min(floor(units_shown / units_per_listing)) as units,
        max(landing_file_id) as based_on_landing_file_id,
        max(read_at) as read_at,
        -- Where the level is the channel's own, what it showed then; elsewhere nobody knows.
        max(case when channel_id = 'shopify' then shown_units end) as shown_when_counted

    from parts

    group by
        channel_id,
        listing_id,
        place_id

    having count(counted_sku) > 0

)

select * from availability
