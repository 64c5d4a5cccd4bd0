-- Hold levels that were read since the last look against what we made their channels show. A level waits until the
-- orders of its channel are known beyond the moment of its reading: a sale that nobody told us of yet is no difference.
-- What an order did to a figure may be off by the slack; within it, and where several listings share a SKU, whatever
-- sales could explain is explained.
with slack as (
    select
        %(slack)s::interval as around,
        %(settling)s::interval as settling
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

due as (
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
        and levels.read_at + slack.settling <= reached.window_end
),

-- The last look at each before it was read. A round that was cut off may have written or not: then nothing can be said.
told as (
    select
        due.*,
        pushes.sku as told_sku,
        pushes.units,
        pushes.seen_at
    from due
    cross join
        lateral (
            select
                looked.sku,
                looked.outcome,
                coalesce(looked.units_after, looked.units_before) as units,
                coalesce(looked.verified_at, looked.read_at) as seen_at
            from ops.availability_pushes as looked
            where
                looked.channel_id = due.source
                and looked.listing_id = due.listing_id
                and looked.location_id = due.location_id
                and coalesce(looked.read_at, '-infinity') < due.read_at
            order by looked.availability_push_id desc
            limit 1
        ) as pushes
    where
        pushes.outcome in ('as_wanted', 'verified', 'moved_since')
        and pushes.units is not null
        and pushes.seen_at < due.read_at
),

-- A listing is named by its own id, or by what its SKU field says. What planners say of neither is one unit.
parts as (
    select
        told.source,
        told.listing_id,
        told.location_id,
        coalesce(listed.sku, told.sku, told.told_sku) as sku,
        coalesce(listed.units_per_listing, 1) as units_per_listing
    from told
    left join ops.listing_parts as listed
        on
            told.source = listed.channel_id
            and told.source != 'shopify'  -- it counts the parts of its bundles itself
            and listed.listing_name = (
                select named.listing_name
                from ops.listing_parts as named
                where named.channel_id = told.source and named.listing_name in (told.listing_id, told.sku)
                order by named.listing_name != told.listing_id
                limit 1
            )
            and (listed.valid_from is null or told.read_at >= listed.valid_from)
            and (listed.valid_before is null or told.read_at < listed.valid_before)
),

-- Sales of a SKU may be those of another listing of it: then none of them need have lowered this one.
moved as (
    select
        parts.source,
        parts.listing_id,
        parts.location_id,
        parts.units_per_listing,
        coalesce(sold.most, 0) as most_sold,
        coalesce(sold.most_given_back, 0) as most_given_back,
        case
            when
                exists (
                    select from ops.listing_parts as shared
                    where shared.channel_id = parts.source and shared.sku = parts.sku
                )
                or exists (
                    select from ops.stock_levels as other
                    where
                        other.sku = parts.sku
                        and other.location_id = parts.location_id
                        and other.source = parts.source
                        and other.listing_id != parts.listing_id
                )
                then 0
            else coalesce(sold.fewest, 0)
        end as least_sold
    from parts
    inner join told
        on
            parts.source = told.source
            and parts.listing_id = told.listing_id
            and parts.location_id = told.location_id
    cross join slack
    cross join lateral (
        select
            sum(moves.units) filter (where moves.units > 0) as most,
            -sum(moves.units) filter (where moves.units < 0) as most_given_back,
            sum(moves.units) filter (
                where
                moves.units > 0
                and moves.occurred_at > told.seen_at + slack.around
                and moves.occurred_at <= told.read_at - slack.settling
            ) as fewest
        from (
            select
                events.occurred_at,
                events.committed_change + events.reserved_change + events.damaged_change
                - events.on_hand_change as units
            from ops.stock_events as events
            where
                events.sku = parts.sku
                and events.location_id = parts.location_id
                and events.channel_id = parts.source
                and events.occurred_at > told.seen_at - slack.around
                and events.occurred_at <= told.read_at + slack.settling
        ) as moves
    ) as sold
),

-- A bundle sells no more often than its scarcest part does.
allowed as (
    select
        source,
        listing_id,
        location_id,
        min(most_sold / units_per_listing) as most_sold,
        min(most_given_back / units_per_listing) as most_given_back,
        min(least_sold / units_per_listing) as least_sold
    from moved
    group by
        source,
        listing_id,
        location_id
),

verdicts as (
    select
        due.source,
        due.listing_id,
        due.location_id,
        told.units as told_units,
        told.seen_at as told_at,
        allowed.most_sold,
        case
            when due.available_units < told.units - allowed.most_sold
                then due.available_units - (told.units - allowed.most_sold)
            -- Some shops show nothing below 0.
            else
                greatest(
                    due.available_units
                    - greatest(told.units + allowed.most_given_back - allowed.least_sold, 0),
                    0
                )
        end as differing_units
    from due
    left join told
        on
            due.source = told.source
            and due.listing_id = told.listing_id
            and due.location_id = told.location_id
    left join allowed
        on
            due.source = allowed.source
            and due.listing_id = allowed.listing_id
            and due.location_id = allowed.location_id
)

update ops.stock_levels as levels set
    compared_file_id = levels.landing_file_id,
    told_units = verdicts.told_units,
    told_at = verdicts.told_at,
    sold_units = verdicts.most_sold,
    differing_units = case when verdicts.told_units is not null then verdicts.differing_units end
from verdicts
where
    levels.source = verdicts.source
    and levels.listing_id = verdicts.listing_id
    and levels.location_id = verdicts.location_id
