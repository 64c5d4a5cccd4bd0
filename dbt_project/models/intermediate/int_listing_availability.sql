with

listings as (

    select * from {{ ref('int_listings_unioned') }}

),

levels as (

    select * from {{ ref('int_stock_levels_live') }}

),

-- A pack holds several units, a bundle several skus: what can be sold of a listing is what its scarcest part allows.
-- Several listings may show the same units; the next round, minutes later, tells them that they are gone.
availability as (

    select
        listings.channel_id,
        listings.listing_id,
        listings.place_id,
        min(listings.sku) as sku,
        min(listings.location_id) as location_id,
        min(floor(greatest(levels.available_units_now, 0) / cast(listings.units_per_listing as numeric))) as units,
        max(levels.landing_file_id) as based_on_landing_file_id,
        max(levels.read_at) as read_at,
        -- Where the level is the channel's own, what it showed then; elsewhere nobody knows.
        max(case when listings.channel_id = 'shopify' then levels.shown_units end) as shown_when_counted

    from listings
    inner join levels
        on
            listings.sku = levels.sku
            and listings.location_id = levels.location_id

    group by
        listings.channel_id,
        listings.listing_id,
        listings.place_id

)

select * from availability
