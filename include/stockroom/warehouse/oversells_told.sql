-- One row per time that a channel was seen to show a figure of an item, oldest first: since a moment, and the last time
-- before it.
with items as (
    select
        listed.sku,
        listed.location_id
    from unnest(%(skus)s::text[], %(locations)s::text[]) as listed (sku, location_id)
),

seen as (
    select
        items.sku,
        items.location_id,
        pushes.channel_id,
        pushes.availability_push_id,
        coalesce(pushes.verified_at, pushes.read_at) as seen_at,
        coalesce(pushes.units_after, pushes.units_before) as units,
        pushes.outcome in ('verified', 'moved_since') as is_written
    from items
    inner join ops.availability_pushes as pushes
        on items.sku = pushes.sku and items.location_id = pushes.location_id
    where coalesce(pushes.units_after, pushes.units_before) is not null
),

ranked as (
    select
        seen.*,
        row_number() over (
            partition by seen.sku, seen.location_id, seen.channel_id
            order by seen.seen_at > %(since)s, seen.availability_push_id desc
        ) as rank_before
    from seen
)

select
    sku,
    location_id,
    channel_id,
    seen_at,
    units,
    is_written
from ranked
where seen_at > %(since)s or rank_before = 1
order by seen_at, availability_push_id
