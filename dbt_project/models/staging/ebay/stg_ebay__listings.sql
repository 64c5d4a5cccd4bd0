with

items as (

    select * from {{ ref('stg_ebay__inventory_items') }}

),

offers as (

    select
        *,
        rank() over (
            partition by listing_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from {{ ref('stg_ebay__offers') }}

),

-- One row per item, so that joining it keeps each version of the item once.
newest_offers as (

    select
        listing_id,
        max(case when is_published then 1 else 0 end) as published_offers,
        max(case when is_published then unit_price end) as unit_price

    from offers

    where version_rank = 1

    group by listing_id

),

-- Offers are asked for once a day: until then an item counts as listed, and being told its stock does it no harm.
listings as (

    select
        items.landing_file_id,
        items.landing_line_number,
        items.listing_id,
        items.sku_as_sent,
        items.title,
        items.sku,
        cast(newest_offers.unit_price as numeric(14, 4)) as unit_price,
        cast(null as timestamp with time zone) as updated_at,
        items.shown_units is not null and coalesce(newest_offers.published_offers, 1) = 1 as is_active

    from items
    left join newest_offers
        on items.listing_id = newest_offers.listing_id

)

select * from listings
