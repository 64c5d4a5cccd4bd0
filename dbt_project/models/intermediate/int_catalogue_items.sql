{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

variants as (

    select * from {{ ref('stg_shopify__variants') }}

),

-- A product document carries all its variants, so its newest version decides as a whole: a variant that it no longer
-- names is gone.
product_versions as (

    select
        *,
        rank() over (
            partition by product_id
            order by updated_at desc nulls last, landing_file_id desc, landing_line_number desc
        ) as version_rank

    from variants

),

-- Of the other channels that have listings, what all of them say of one.
listings as (

    {{ items_of_listings() }}

),

items as (

    select
        'shopify' as channel_id,
        {{ channel_rank('shopify') }} as channel_rank,
        variant_id as listing_id,
        sku,
        sku_as_sent,
        title,
        unit_price,
        updated_at,
        product_id,
        variant_id,
        inventory_item_id,
        variant_title,
        handle,
        barcode,
        category,
        vendor,
        image_url,
        unit_cost,
        unit_cost_currency,
        status = 'ACTIVE' as is_active

    from product_versions

    where version_rank = 1

    union all

    select
        channel_id,
        channel_rank,
        listing_id,
        sku,
        sku_as_sent,
        title,
        unit_price,
        updated_at,
        cast(null as text) as product_id,
        cast(null as text) as variant_id,
        cast(null as text) as inventory_item_id,
        cast(null as text) as variant_title,
        cast(null as text) as handle,
        cast(null as text) as barcode,
        cast(null as text) as category,
        cast(null as text) as vendor,
        cast(null as text) as image_url,
        cast(null as numeric(14, 4)) as unit_cost,
        cast(null as text) as unit_cost_currency,
        is_active

    from listings

    where version_rank = 1

)

select * from items
