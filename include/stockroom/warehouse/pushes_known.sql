-- One row per listing whose position changed since a round last left it right, with the moment at which we knew.
with given as (
    select
        listed.listing_id,
        listed.place_id,
        listed.sku,
        listed.location_id
    from unnest(%(listings)s::text[], %(places)s::text[], %(skus)s::text[], %(locations)s::text[])
        as listed (listing_id, place_id, sku, location_id)
)

select
    given.listing_id,
    given.place_id,
    positions.updated_at as known_at
from given
inner join ops.stock_positions as positions
    on given.sku = positions.sku and given.location_id = positions.location_id
cross join
    lateral (
        select rounds.started_at
        from ops.availability_pushes as pushes
        inner join ops.push_runs as rounds on pushes.push_run_id = rounds.push_run_id
        where
            pushes.channel_id = %(channel)s
            and pushes.listing_id = given.listing_id
            and pushes.place_id = given.place_id
            and pushes.outcome in ('as_wanted', 'verified', 'moved_since')
        order by pushes.availability_push_id desc
        limit 1
    ) as last_right
where positions.updated_at > last_right.started_at
