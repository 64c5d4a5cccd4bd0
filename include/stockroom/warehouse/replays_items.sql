-- One row per sku and location whose stock was ever known: how it is bought and sold, and why it cannot be replayed.
with first_days as (
    select
        sku,
        location_id,
        min(stock_date) as first_date
    from marts.fct_stock_daily
    group by sku, location_id
),

skus as (
    select * from marts.dim_skus
),

suppliers as (
    select * from marts.dim_suppliers
)

select
    first_days.sku,
    first_days.location_id,
    first_days.first_date,
    skus.title,
    skus.unit_price,
    skus.base_unit_cost as unit_cost,
    skus.supplier_id,
    suppliers.lane,
    suppliers.quoted_lead_time_days,
    coalesce(skus.category, '') as category,
    greatest(coalesce(skus.pack_units, 1), 1) as pack_units,
    greatest(coalesce(skus.minimum_order_units, 1), 1) as minimum_order_units,
    case
        when
            first_days.location_id in (
                select drop_shippers.location_id from intermediate.int_drop_shippers as drop_shippers
            )
            then 'its stock is a drop-shipper''s, and nothing is bought for that place'
        when first_days.first_date >= %(first_judged_date)s then 'listed after the first judged day'
        when skus.is_discontinued or not coalesce(skus.is_active, true) then 'not on sale any more'
        when suppliers.supplier_id is null then 'no supplier is known'
        when coalesce(skus.unit_cost, 0) = 0 or skus.unit_price is null then 'no price or no cost is known'
        when skus.base_unit_cost is null then 'bought in another currency, of which no rate is known'
    end as left_out_because
from first_days
left join skus on first_days.sku = skus.sku
left join suppliers on skus.supplier_id = suppliers.supplier_id
order by first_days.sku collate "C", first_days.location_id collate "C"
