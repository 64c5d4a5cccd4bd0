-- One row per wanted SKU that Shopify knows: units that an online order could have now; without skus, of all.
-- Straight from raw: shoppers hear within minutes, and dbt builds once a day. Raw keeps every version of a document, so
-- the newest of each item counts. Goods at a location that ships no online orders are no help to a shopper.
with online_locations as (
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
    where %(skus)s::text[] is null or upper(trim(document ->> 'sku')) = any(%(skus)s)
    order by record_key asc, landing_file_id desc, line_number desc
)

select
    newest_levels.sku,
    sum(greatest((state ->> 'quantity')::integer, 0))::integer as units
from newest_levels
cross join lateral jsonb_array_elements(newest_levels.document #> '{inventoryLevels,nodes}') as level
cross join lateral jsonb_array_elements(level -> 'quantities') as state
inner join online_locations on level #>> '{location,id}' = online_locations.location and online_locations.is_online
where state ->> 'name' = 'available'
group by newest_levels.sku
