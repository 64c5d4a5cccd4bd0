-- One row per active request with an e-mail address whose product can be had now.
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

wanted as (
    select distinct sku from ops.restock_requests
    where state = 'active'
),

newest_levels as (
    select distinct on (record_key)
        document,
        upper(trim(document ->> 'sku')) as sku
    from raw.shopify_inventory_levels
    where upper(trim(document ->> 'sku')) in (select wanted.sku from wanted)
    order by record_key asc, landing_file_id desc, line_number desc
),

free as (
    select
        newest_levels.sku,
        sum(greatest((state ->> 'quantity')::integer, 0)) as units
    from newest_levels
    cross join lateral jsonb_array_elements(newest_levels.document #> '{inventoryLevels,nodes}') as level
    cross join lateral jsonb_array_elements(level -> 'quantities') as state
    inner join online_locations on level #>> '{location,id}' = online_locations.location and online_locations.is_online
    where state ->> 'name' = 'available'
    group by newest_levels.sku
),

-- Who was told lately may still be on the way: their units are not offered to the next.
promised as (
    select
        sku,
        sum(quantity) as units
    from ops.restock_requests
    where state = 'notified' and notified_at > now() - %(reserved_for)s::interval
    group by sku
)

select
    requests.request_id,
    requests.sku,
    requests.quantity,
    requests.requested_at,
    greatest(free.units - coalesce(promised.units, 0), 0)::integer as free_units
from ops.restock_requests as requests
inner join pii.shoppers as shoppers on requests.shopper_id = shoppers.shopper_id
inner join free on requests.sku = free.sku
left join promised on requests.sku = promised.sku
where
    requests.state = 'active' and shoppers.email is not null and free.units > coalesce(promised.units, 0)
    -- Who asked twice is told once, in the place of the first time.
    and not exists (
        select 1 from ops.restock_requests as earlier
        where
            earlier.shopper_id = requests.shopper_id and earlier.sku = requests.sku and earlier.state = 'active'
            and (earlier.requested_at, earlier.request_id) < (requests.requested_at, requests.request_id)
    )
order by requests.requested_at, requests.request_id
