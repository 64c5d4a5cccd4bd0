with

listings as (

    select
        *,
        {{ newest_listings_first('bigcommerce') }} as version_rank

    from {{ ref('stg_bigcommerce__listings') }}

),

inventory_levels as (

    select
        *,
        rank() over (
            partition by inventory_item_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from {{ ref('stg_bigcommerce__inventory_levels') }}

),

locations as (

    select location_id from {{ ref('int_stock_truths') }}

),

channels as (

    select * from {{ ref('stg_ops__channels') }}

    where channel_id = 'bigcommerce'

),

-- A location is ours by its code. The default one (1), whose code is seldom changed, is where the sales leave from.
places as (

    select
        inventory_levels.product_id,
        inventory_levels.variant_id,
        inventory_levels.place_id,
        coalesce(
            locations.location_id,
            case when inventory_levels.place_id = '1' then channels.ship_from end
        ) as location_id

    from inventory_levels
    left join locations
        on inventory_levels.place_code = locations.location_id
    cross join channels

    where
        inventory_levels.version_rank = 1
        and inventory_levels.is_enabled

),

-- A product that is counted as a whole may stand in the inventory once for each of its variants: one row of them.
conformed as (

    select distinct
        'bigcommerce' as channel_id,
        listings.listing_id,
        listings.sku,
        places.location_id,
        places.place_id,
        cast(1 as integer) as units_per_listing

    from listings
    inner join places
        on
            listings.product_id = places.product_id
            and coalesce(listings.variant_id, places.variant_id) = places.variant_id

    where
        listings.version_rank = 1
        and listings.is_active
        and places.location_id is not null

)

select * from conformed
