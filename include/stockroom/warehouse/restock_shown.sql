-- One row: what the shop shows of a SKU now, from the newest version of its document.
select distinct on (products.record_key)
    variant ->> 'id' as variant_id,
    products.document ->> 'title' as title,
    products.document ->> 'handle' as handle,
    products.document ->> 'productType' as category,
    (variant ->> 'price')::numeric as price
from raw.shopify_products as products
cross join lateral jsonb_array_elements(products.document #> '{variants,nodes}') as variant
where upper(trim(variant ->> 'sku')) = %(sku)s
order by products.record_key asc, products.landing_file_id desc, products.line_number desc
limit 1
