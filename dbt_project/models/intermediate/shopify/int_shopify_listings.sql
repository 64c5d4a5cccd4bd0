with

inventory_levels as (

    select * from {{ ref('stg_shopify__inventory_levels') }}

),

locations as (

    select * from {{ ref('int_locations') }}

),

retired_items as (

    select inventory_item_id from {{ ref('int_catalogue_items') }}

    where
        channel_id = 'shopify'
        and not is_active

),

item_versions as (

    select
        *,
        rank() over (
            partition by inventory_item_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from inventory_levels

),

-- A level is stated once per state of stock; one row of them stands for the item at its place.
listings as (

    select
        'shopify' as channel_id,
        item_versions.inventory_item_id as listing_id,
        item_versions.sku,
        locations.location_id,
        item_versions.shopify_location_id as place_id,
        cast(1 as integer) as units_per_listing

    from item_versions
    inner join locations
        on item_versions.shopify_location_id = locations.shopify_location_id
    left join retired_items
        on item_versions.inventory_item_id = retired_items.inventory_item_id

    where
        item_versions.version_rank = 1
        and item_versions.inventory_state = 'available'
        and item_versions.sku is not null
        -- What was entered since the catalogue was last built is on sale too.
        and retired_items.inventory_item_id is null

)

select * from listings
