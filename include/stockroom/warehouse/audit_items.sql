-- One row per thing that is odd about an item of a connected channel's catalogue that is on sale: no SKU, one SKU on
-- two items, a SKU that no other channel sells, a SKU of which no place has a stock level.
with items as (
    select
        items.channel_id,
        items.listing_id,
        items.sku,
        items.title
    from intermediate.int_catalogue_items as items
    inner join ops.channels as channels on items.channel_id = channels.channel_id and channels.is_connected
    where items.is_active
),

counted as (
    select
        *,
        count(*) over (partition by channel_id, sku) as items_of_sku,
        min(channel_id) over (partition by sku) != max(channel_id) over (partition by sku) as is_elsewhere
    from items
    where sku is not null
),

known as (
    select distinct sku from intermediate.int_stock_levels_live
),

several as (
    select count(distinct channel_id) > 1 as is_so from items
)

select
    'without_sku' as finding,
    channel_id,
    listing_id,
    null as sku,
    title
from items
where sku is null
union all
select
    'sku_twice' as finding,
    channel_id,
    listing_id,
    sku,
    title
from counted
where items_of_sku > 1
union all
select
    'only_here' as finding,
    counted.channel_id,
    counted.listing_id,
    counted.sku,
    counted.title
from counted
cross join several
where several.is_so and not counted.is_elsewhere
union all
select
    'no_stock_level' as finding,
    counted.channel_id,
    counted.listing_id,
    counted.sku,
    counted.title
from counted
left join known on counted.sku = known.sku
where known.sku is null
order by finding, channel_id, sku, listing_id
