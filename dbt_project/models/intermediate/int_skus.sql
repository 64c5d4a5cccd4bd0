{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

listing_parts as (

    select * from {{ ref('int_listing_parts') }}

),

named as (

    select distinct
        channel_id,
        listing_name

    from listing_parts

),

-- A pack or a bundle is no item of its own, whatever its sku field says.
items as (

    select catalogue.*

    from {{ ref('int_catalogue_items') }} as catalogue
    left join named
        on
            catalogue.channel_id = named.channel_id
            and catalogue.sku = named.listing_name

    where
        catalogue.sku is not null
        and named.listing_name is null

),

-- One sku may hang on several items (another case, a copied product, another channel): the first channel speaks for
-- all, and in it the active item.
ranked_by_sku as (

    select
        *,
        row_number() over (
            partition by sku
            order by
                channel_rank asc,
                case when is_active then 0 else 1 end asc,
                updated_at desc nulls last,
                listing_id asc
        ) as sku_rank,
        max(case when is_active then 1 else 0 end) over (partition by sku) as active_items

    from items

),

skus as (

    select
        sku,
        sku_as_sent,
        product_id,
        variant_id,
        inventory_item_id,
        title,
        variant_title,
        handle,
        barcode,
        category,
        vendor,
        image_url,
        unit_price,
        unit_cost,
        unit_cost_currency,
        active_items > 0 as is_active

    from ranked_by_sku

    where sku_rank = 1

)

select * from skus
