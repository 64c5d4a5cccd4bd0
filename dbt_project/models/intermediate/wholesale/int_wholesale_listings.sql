with

-- A folder of orders offers nothing: nobody looks there for what can be sold.
listings as (

    select
        channel_id,
        cast(null as text) as listing_id,
        cast(null as text) as sku,
        cast(null as text) as location_id,
        cast(null as text) as place_id,
        cast(null as integer) as units_per_listing

    from {{ ref('stg_ops__channels') }}

    where false

)

select * from listings
