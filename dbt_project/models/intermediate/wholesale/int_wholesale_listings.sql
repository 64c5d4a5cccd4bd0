with

skus as (

    select * from {{ ref('int_skus') }}

    where is_active

),

locations as (

    select * from {{ ref('int_locations') }}

    where is_active

),

-- Wholesale customers may order whatever is on sale, from wherever it lies: a listing is a SKU, its place our location.
-- Where none of it was ever counted nothing can be said of it (int_listing_availability).
listings as (

    select
        'wholesale' as channel_id,
        skus.sku as listing_id,
        skus.sku,
        locations.location_id,
        locations.location_id as place_id,
        cast(1 as integer) as units_per_listing

    from skus
    cross join locations

)

select * from listings
