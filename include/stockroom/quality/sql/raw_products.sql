-- One row per product variant landed after the last passed gate.
select
    files.path,
    landed.line_number,
    landed.record_key as product_key,
    (variant ->> 'price')::float8 as unit_price,
    (variant #>> '{inventoryItem,unitCost,amount}')::float8 as unit_cost
from raw.shopify_products as landed
inner join raw.landing_files as files on landed.landing_file_id = files.landing_file_id
cross join lateral jsonb_array_elements(landed.document #> '{variants,nodes}') as variant
where
    landed.landing_file_id > %(after_landing_file_id)s
    and not exists (
        select 1 from raw.shopify_products as newer
        where newer.record_key = landed.record_key and newer.landing_file_id > landed.landing_file_id
    )
