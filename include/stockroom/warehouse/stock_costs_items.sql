-- One row per sku and location whose stock the marts know and whose cost and price are known in the store's currency.
-- What lies at a drop-shipper's place costs us nothing.
select
    known.sku,
    known.location_id,
    skus.category,
    skus.supplier_id,
    skus.unit_price,
    skus.base_unit_cost as unit_cost
from (
    select distinct
        sku,
        location_id
    from marts.fct_stock_daily
) as known
inner join marts.dim_skus as skus on known.sku = skus.sku
where
    skus.base_unit_cost > 0
    and skus.unit_price is not null
    and known.location_id not in (select drop_shippers.location_id from intermediate.int_drop_shippers as drop_shippers)
order by known.sku collate "C", known.location_id collate "C"
