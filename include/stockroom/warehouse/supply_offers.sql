-- One row per wanted item and supplier that offers it, as each supplier's newest list says.
with newest as (
    select distinct on (catalogue_item_id)
        supplier_id,
        sku,
        unit_cost,
        currency,
        is_discontinued
    from staging.stg_suppliers__catalogue_items
    where sku = any(%(skus)s)
    order by catalogue_item_id asc, landing_file_id desc, landing_line_number desc
)

select distinct on (newest.sku, newest.supplier_id)
    newest.sku,
    newest.supplier_id,
    newest.currency,
    suppliers.name as supplier_name,
    newest.unit_cost::double precision as unit_cost
from newest
inner join marts.dim_suppliers as suppliers on newest.supplier_id = suppliers.supplier_id
where not coalesce(newest.is_discontinued, false)
order by newest.sku asc, newest.supplier_id asc, newest.unit_cost asc nulls last
