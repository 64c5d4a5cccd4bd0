with

skus as (

    select * from {{ ref('int_skus') }}

),

offers as (

    select * from {{ ref('int_supplier_offers') }}

    where offer_rank = 1

),

sales_daily as (

    select * from {{ ref('fct_sales_daily') }}

),

switched as (

    select * from {{ ref('stg_ops__cohort_skus') }}

),

first_sales as (

    select
        sku,
        min(sold_date) as first_sold_date

    from sales_daily

    where units_sold > 0

    group by sku

),

described as (

    select
        skus.sku,
        skus.title,
        skus.handle,
        skus.category,
        skus.unit_price,
        skus.image_url,
        skus.variant_id,
        skus.inventory_item_id,
        offers.supplier_id,
        offers.supplier_sku,
        offers.pack_units,
        offers.minimum_order_units,
        offers.price_breaks,
        offers.pallet_units,
        skus.is_active,
        first_sales.first_sold_date,
        cast('{{ var("store_currency") }}' as text) as currency,
        -- What the supplier charges; where nobody offers the sku any more, what the shop itself noted.
        coalesce(offers.unit_cost, skus.unit_cost) as unit_cost,
        coalesce(offers.currency, skus.unit_cost_currency) as unit_cost_currency,
        case
            when offers.unit_cost is not null then offers.base_unit_cost
            when coalesce(skus.unit_cost_currency, '{{ var("store_currency") }}') = '{{ var("store_currency") }}'
                then cast(skus.unit_cost as numeric(14, 4))
        end as base_unit_cost,
        coalesce(offers.is_discontinued, false) as is_discontinued,
        coalesce(switched.is_live, all_others.is_live, true) as is_live

    from skus
    left join offers
        on skus.sku = offers.sku
    left join first_sales
        on skus.sku = first_sales.sku
    left join switched
        on skus.sku = switched.sku
    left join switched as all_others
        on all_others.sku is null

)

select * from described
