with

listings as (

    {{ union_of_channels('listings') }}

),

parts as (

    select * from {{ ref('int_listing_parts') }}

    where
        (valid_from is null or valid_from <= {{ cut_off() }})
        and (valid_before is null or valid_before > {{ cut_off() }})

),

part_names as (

    select distinct
        channel_id,
        listing_name

    from parts

),

-- The id that the channel gave it goes before what its sku field says.
named as (

    select
        listings.*,
        coalesce(by_id.listing_name, by_sku.listing_name) as listing_name

    from listings
    left join part_names as by_id
        on
            listings.channel_id = by_id.channel_id
            and listings.listing_id = by_id.listing_name
    left join part_names as by_sku
        on
            listings.channel_id = by_sku.channel_id
            and listings.sku = by_sku.listing_name

),

in_skus as (

    select
        named.channel_id,
        named.listing_id,
        named.place_id,
        named.location_id,
        coalesce(parts.sku, named.sku) as sku,
        coalesce(parts.units_per_listing, named.units_per_listing) as units_per_listing

    from named
    left join parts
        on
            named.channel_id = parts.channel_id
            and named.listing_name = parts.listing_name
            -- Shopify counts the parts of its bundles itself.
            and named.channel_id <> 'shopify'

    where coalesce(parts.sku, named.sku) is not null

)

select * from in_skus
