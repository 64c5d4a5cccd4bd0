-- What is to be written to listings of a channel, or what became of it: one row per listing and round.
with given as (
    select listed.*
    from jsonb_to_recordset(%(rows)s::jsonb) as listed (
        listing_id text,
        place_id text,
        sku text,
        location_id text,
        units_wanted integer,
        units_before integer,
        units_after integer,
        outcome text,
        said text,
        read_at timestamptz,
        written_at timestamptz,
        verified_at timestamptz,
        known_at timestamptz
    )
),

known as (
    update ops.availability_pushes as pushes set
        units_after = given.units_after,
        outcome = given.outcome,
        said = left(given.said, 500),
        written_at = given.written_at,
        verified_at = given.verified_at
    from given
    where
        pushes.push_run_id = %(push_run_id)s
        and pushes.listing_id = given.listing_id
        and pushes.place_id = given.place_id
    returning pushes.listing_id, pushes.place_id
)

insert into ops.availability_pushes (
    push_run_id, channel_id, listing_id, place_id, sku, location_id, units_wanted, units_before, units_after, outcome,
    said, read_at, written_at, verified_at, known_at
)
select
    %(push_run_id)s,
    %(channel_id)s,
    given.listing_id,
    given.place_id,
    given.sku,
    given.location_id,
    given.units_wanted,
    given.units_before,
    given.units_after,
    given.outcome,
    left(given.said, 500) as said,
    given.read_at,
    given.written_at,
    given.verified_at,
    given.known_at
from given
where
    not exists (
        select from known
        where known.listing_id = given.listing_id and known.place_id = given.place_id
    )
