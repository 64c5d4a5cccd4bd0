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

-- One sku may hang on two variants (another case, a copied product): the active one speaks for both.
ranked_by_sku as (

    select
        *,
        row_number() over (
            partition by sku
            order by
                case when status = 'ACTIVE' then 0 else 1 end asc,
                updated_at desc nulls last,
                variant_id asc
        ) as sku_rank

    from product_versions

    where
        version_rank = 1
        and sku is not null

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
        status = 'ACTIVE' as is_active

    from ranked_by_sku

    where sku_rank = 1

)

select * from skus
