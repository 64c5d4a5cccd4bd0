-- One row per SKU whose price and cost are known in the base currency: what a unit earns.
select
    skus.sku,
    (skus.unit_price - skus.base_unit_cost)::double precision as unit_margin
from marts.dim_skus as skus
where
    skus.sku = any(%(skus)s)
    and skus.unit_price is not null
    and skus.base_unit_cost is not null
