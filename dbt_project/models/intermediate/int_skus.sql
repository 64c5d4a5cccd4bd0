{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

items as (

    select * from {{ ref('int_catalogue_items') }}

    where sku is not null

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
