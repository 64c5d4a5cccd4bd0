-- Hold levels that were read since the last look against what we made their channels show. A level waits until the
-- orders of its channel are known beyond the moment of its reading: a sale that nobody told us of yet is no difference.
-- A figure may be read, and lowered by an order, a slack sooner or later than is said: clocks are wrong. Within it, and
-- where several listings share a SKU, whatever sales could explain is explained.
with slack as (
    select %(slack)s::interval as around
),

-- How far the ledger knows what each channel sold.
reached as (
    select
        cursors.source,
        newest.window_end
    from ops.stock_cursors as cursors
    inner join ops.channels as channels on cursors.source = channels.channel_id and channels.is_connected
    cross join
        lateral (
            select files.window_end
            from raw.landing_files as files
            where
                files.source = cursors.source
                and files.stream = 'orders'
                and files.window_end is not null
                and files.landing_file_id <= cursors.landing_file_id
            order by files.window_end desc
            limit 1
        ) as newest
    where cursors.stream = 'orders'
),

due as materialized (
    select
        levels.source,
        levels.listing_id,
        levels.location_id,
        levels.sku,
        levels.available_units,
        levels.read_at
    from reached
    cross join slack
    inner join ops.stock_locations as locations on reached.source != locations.source_of_truth
    inner join ops.stock_levels as levels
        on reached.source = levels.source and locations.location_id = levels.location_id
    where
        levels.compared_file_id is distinct from levels.landing_file_id
        and levels.read_at + slack.around <= reached.window_end
),

-- The last look at each before it was read. A round that was cut off may have written or not: then nothing can be said.
told as materialized (
    select
        due.*,
        looks.sku as told_sku,
        looks.units as told_units,
        looks.seen_at as told_at,
        coalesce(
            looks.outcome in ('as_wanted', 'verified', 'moved_since')
            and looks.units is not null
            and looks.seen_at < due.read_at,
            false
        ) as is_comparable
    from due
    left join lateral (
        select
            pushes.sku,
            pushes.outcome,
            coalesce(pushes.units_after, pushes.units_before) as units,
            coalesce(pushes.verified_at, pushes.read_at) as seen_at
        from ops.availability_pushes as pushes
        where
            pushes.channel_id = due.source
            and pushes.listing_id = due.listing_id
            and pushes.location_id = due.location_id
            and coalesce(pushes.read_at, '-infinity') < due.read_at
        order by pushes.availability_push_id desc
        limit 1
    ) as looks on true
),

-- What sales allow, row by row: a join of these lists would be planned for a handful, and thousands are due at first.
verdicts as materialized (
    select
        told.source,
        told.listing_id,
        told.location_id,
        told.is_comparable,
        told.told_units,
        told.told_at,
        allowed.most_sold,
        case
            when told.available_units < told.told_units - allowed.most_sold
                then told.available_units - (told.told_units - allowed.most_sold)
            -- Some shops show nothing below 0.
            else
                greatest(
                    told.available_units
                    - greatest(told.told_units + allowed.most_given_back - allowed.least_sold, 0),
                    0
                )
        end as differing_units
    from told
    cross join slack
    -- A bundle sells no more often than its scarcest part does.
    left join lateral (
        select
            min(coalesce(sold.most, 0) / parts.units_per_listing) as most_sold,
            min(coalesce(sold.most_given_back, 0) / parts.units_per_listing) as most_given_back,
            min(case when parts.is_shared then 0 else coalesce(sold.fewest, 0) end / parts.units_per_listing)
                as least_sold
        from ops.parts_of_listing(told.source, told.listing_id, told.sku, told.read_at) as held
        -- Sales of a SKU may be those of another listing of it: then none of them need have lowered this one.
        cross join
            lateral (
                select
                    held.units_per_listing,
                    coalesce(held.sku, told.told_sku) as sku,
                    held.is_named
                    or exists (
                        select from ops.listing_parts as shared
                        where shared.channel_id = told.source and shared.sku = coalesce(told.sku, told.told_sku)
                    )
                    or exists (
                        select from ops.stock_levels as other
                        where
                            other.sku = told.sku
                            and other.location_id = told.location_id
                            and other.source = told.source
                            and other.listing_id != told.listing_id
                    ) as is_shared
            ) as parts
        cross join lateral (
            select
                sum(greatest(moves.units, 0)) as most,
                sum(greatest(-moves.units, 0)) as most_given_back,
                sum(greatest(moves.units, 0)) filter (
                    where
                    events.occurred_at > told.told_at + slack.around
                    and events.occurred_at <= told.read_at - slack.around
                ) as fewest
            from ops.stock_events as events
            cross join
                lateral (
                    select
                        events.committed_change + events.reserved_change + events.damaged_change
                        - events.on_hand_change as units
                ) as moves
            where
                events.sku = parts.sku
                and events.location_id = told.location_id
                and events.channel_id = told.source
                and events.occurred_at > told.told_at - slack.around
                and events.occurred_at <= told.read_at + slack.around
        ) as sold
    ) as allowed on told.is_comparable
)

update ops.stock_levels as levels set
    compared_file_id = levels.landing_file_id,
    told_units = case when verdicts.is_comparable then verdicts.told_units end,
    told_at = case when verdicts.is_comparable then verdicts.told_at end,
    sold_units = verdicts.most_sold,
    differing_units = case when verdicts.is_comparable then verdicts.differing_units end
from verdicts
where
    levels.source = verdicts.source
    and levels.listing_id = verdicts.listing_id
    and levels.location_id = verdicts.location_id
