-- For each of these skus up to three other products that an online order can have now, of the same category, nearest in
-- price.
with newest_products as (
    select distinct on (record_key) document from raw.shopify_products
    order by record_key asc, landing_file_id desc, line_number desc
),

shown as (
    select
        upper(trim(variant ->> 'sku')) as sku,
        newest_products.document ->> 'title' as title,
        newest_products.document ->> 'handle' as handle,
        newest_products.document #>> '{featuredMedia,preview,image,url}' as image_url,
        newest_products.document ->> 'productType' as category,
        (variant ->> 'price')::numeric as price
    from newest_products
    cross join lateral jsonb_array_elements(newest_products.document #> '{variants,nodes}') as variant
    where coalesce(newest_products.document ->> 'status', 'ACTIVE') = 'ACTIVE'
),

online_locations as (
    select distinct on (record_key)
        record_key as location,
        (document ->> 'fulfillsOnlineOrders')::boolean
        and coalesce((document ->> 'isActive')::boolean, true) as is_online
    from raw.shopify_locations
    order by record_key asc, landing_file_id desc
),

newest_levels as (
    select distinct on (record_key)
        document,
        upper(trim(document ->> 'sku')) as sku
    from raw.shopify_inventory_levels
    order by record_key asc, landing_file_id desc, line_number desc
),

to_be_had as (
    select newest_levels.sku
    from newest_levels
    cross join lateral jsonb_array_elements(newest_levels.document #> '{inventoryLevels,nodes}') as level
    cross join lateral jsonb_array_elements(level -> 'quantities') as state
    inner join online_locations on level #>> '{location,id}' = online_locations.location and online_locations.is_online
    where state ->> 'name' = 'available'
    group by newest_levels.sku
    having sum((state ->> 'quantity')::integer) > 0
),

ranked as (
    select
        wanted.sku as wanted_sku,
        shown.title,
        shown.handle,
        shown.image_url,
        shown.price,
        row_number() over (
            partition by wanted.sku
            order by abs(ln(shown.price / greatest(wanted.price, 0.01))) asc, shown.sku asc
        ) as place
    from shown as wanted
    inner join shown on wanted.category = shown.category and wanted.sku != shown.sku
    inner join to_be_had on shown.sku = to_be_had.sku
    where wanted.sku = any(%(skus)s) and shown.price > 0
)

select
    wanted_sku,
    title,
    handle,
    image_url,
    price
from ranked
where place <= 3
order by wanted_sku, place
