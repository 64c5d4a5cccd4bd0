-- One row per listing of a channel that does not show what it should, as far as is known here.
with last_pushes as (
    select distinct on (listing_id, place_id)
        listing_id,
        place_id,
        sku,
        location_id,
        outcome,
        coalesce(units_after, units_before) as units_seen,
        coalesce(verified_at, read_at) as seen_at
    from ops.availability_pushes
    where channel_id = %(channel)s
    order by listing_id asc, place_id asc, availability_push_id desc
),

-- A SKU that is only watched is told to nobody.
availability as (
    select shown.*
    from intermediate.int_listing_availability as shown
    left join ops.cohort_skus as switched on shown.sku = switched.sku
    where
        shown.channel_id = %(channel)s
        and coalesce(switched.is_live, (select cohort.is_all from ops.cohort_in_force as cohort), true)
),

-- What the channel itself is known to have sold since it was last looked at: it took that off its own figure. A file
-- that we write counts nothing down. Listing by listing, so that no round reads a long ledger.
sold_since as (
    select
        last_pushes.listing_id,
        last_pushes.place_id,
        sold.units
    from last_pushes
    inner join ops.channels as channels on channels.channel_id = %(channel)s and channels.kind != 'bulk_files'
    cross join lateral (
        select
            sum(
                own_events.committed_change + own_events.reserved_change + own_events.damaged_change
                - own_events.on_hand_change
            ) as units
        from ops.stock_events as own_events
        where
            own_events.sku = last_pushes.sku
            and own_events.location_id = last_pushes.location_id
            and own_events.occurred_at > last_pushes.seen_at
            and own_events.channel_id = %(channel)s
    ) as sold
),

-- What was seen to show something else than it was told is looked at again, until it is seen to agree.
differing as (
    select
        levels.listing_id,
        levels.location_id
    from ops.stock_levels as levels
    inner join ops.stock_locations as locations
        on levels.location_id = locations.location_id and levels.source != locations.source_of_truth
    where levels.source = %(channel)s and levels.differing_units != 0
),

expected as (
    select
        availability.*,
        last_pushes.outcome,
        differing.listing_id is not null as is_differing,
        -- What was seen to be right after the level was read is known better by that look: a level that we wrote comes
        -- back with the next reading only. Until then every round would note again that it is as wanted, and one that
        -- brought no reading would take what we wrote ourselves for somebody else's sale.
        case
            when last_pushes.outcome in ('as_wanted', 'verified') and last_pushes.seen_at >= availability.read_at
                then last_pushes.units_seen - coalesce(sold_since.units, 0)
            else coalesce(availability.shown_when_counted, last_pushes.units_seen - coalesce(sold_since.units, 0))
        end as shown_units
    from availability
    left join last_pushes
        on
            availability.listing_id = last_pushes.listing_id
            and availability.place_id = last_pushes.place_id
    left join sold_since
        on
            availability.listing_id = sold_since.listing_id
            and availability.place_id = sold_since.place_id
    left join differing
        on
            availability.listing_id = differing.listing_id
            and availability.location_id = differing.location_id
)

select
    listing_id,
    place_id,
    sku,
    location_id,
    units::integer as units,
    shown_units::integer as shown_when_counted,
    based_on_landing_file_id
from expected
where
    %(everything)s
    or outcome is null
    or outcome not in ('as_wanted', 'verified')
    or units is distinct from shown_units
    or is_differing
order by listing_id, place_id
