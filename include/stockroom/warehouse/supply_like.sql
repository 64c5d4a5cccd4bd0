-- One row per wanted item and location: the item of the same category, nearest in price, of which there is enough.
with wanted as (
    select distinct
        places.sku,
        places.location_id,
        skus.category,
        skus.unit_price
    from unnest(%(skus)s::text[], %(locations)s::text[]) as places (sku, location_id)
    inner join marts.dim_skus as skus on places.sku = skus.sku
    where skus.category is not null and skus.unit_price > 0
),

there as (
    select
        decisions.sku,
        decisions.location_id,
        skus.category,
        skus.unit_price,
        skus.title
    from plan.decisions as decisions
    inner join marts.dim_skus as skus on decisions.sku = skus.sku
    inner join marts.fct_stock_positions as positions
        on decisions.sku = positions.sku and decisions.location_id = positions.location_id
    where
        decisions.plan_date = %(plan_date)s
        and skus.category in (select wanted.category from wanted)
        and skus.unit_price > 0 and coalesce(skus.is_active, true)
        and positions.available_units > greatest(decisions.reorder_point_units, 0)
        and decisions.forecast_units_per_day > 0
)

select distinct on (wanted.sku, wanted.location_id)
    wanted.sku,
    wanted.location_id,
    there.sku as similar_sku,
    coalesce(there.title, there.sku) as title
from wanted
inner join there
    on wanted.category = there.category and wanted.location_id = there.location_id and wanted.sku != there.sku
where abs(ln(there.unit_price / wanted.unit_price)) < 0.7
order by wanted.sku asc, wanted.location_id asc, abs(ln(there.unit_price / wanted.unit_price)) asc, there.sku asc
