with

inventory_levels as (

    select * from {{ ref('stg_shopify__inventory_levels') }}

),

landing_files as (

    select * from {{ ref('stg_raw__landing_files') }}

    where
        source = 'shopify'
        and stream = 'inventory_levels'

),

locations as (

    select * from {{ ref('int_locations') }}

),

switched as (

    select * from {{ ref('stg_ops__cohort_skus') }}

),

item_versions as (

    select
        *,
        rank() over (
            partition by inventory_item_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from inventory_levels

),

-- Only documents that changed are stored, so every newest level was still true when the newest snapshot was taken.
newest_snapshot as (

    select
        max(read_at) as read_at,
        max(landing_file_id) as landing_file_id

    from landing_files

),

shown_levels as (

    select
        item_versions.sku,
        locations.location_id,
        newest_snapshot.read_at,
        newest_snapshot.landing_file_id,
        sum(case when item_versions.inventory_state = 'available' then item_versions.units else 0 end)
            as shown_units,
        sum(case when item_versions.inventory_state = 'on_hand' then item_versions.units else 0 end) as on_hand_units,
        sum(case when item_versions.inventory_state = 'committed' then item_versions.units else 0 end)
            as committed_units,
        sum(case when item_versions.inventory_state = 'incoming' then item_versions.units else 0 end)
            as incoming_units,
        sum(case when item_versions.inventory_state = 'reserved' then item_versions.units else 0 end)
            as reserved_units,
        sum(case when item_versions.inventory_state = 'damaged' then item_versions.units else 0 end) as damaged_units

    from item_versions
    inner join locations
        on item_versions.shopify_location_id = locations.shopify_location_id
    cross join newest_snapshot

    where
        item_versions.version_rank = 1
        and item_versions.sku is not null

    group by
        item_versions.sku,
        locations.location_id,
        newest_snapshot.read_at,
        newest_snapshot.landing_file_id

),

-- What we wrote ourselves comes back with the next reading. It was no count, so the change it made is taken out again:
-- every write that was accepted, and one that was cut off if the level reads as it wanted it. Of a sku that is only
-- watched the shop's own level holds, as its owner makes it; so does that of the moment at which it became live.
pushed as (

    select
        pushes.sku,
        pushes.location_id,
        sum(pushes.units_wanted - pushes.units_before) as pushed_units

    from {{ ref('stg_ops__availability_pushes') }} as pushes
    inner join shown_levels
        on
            pushes.sku = shown_levels.sku
            and pushes.location_id = shown_levels.location_id
    left join switched
        on pushes.sku = switched.sku
    left join switched as all_others
        on all_others.sku is null

    where
        coalesce(switched.is_live, all_others.is_live, true)
        and pushes.push_run_id > coalesce(switched.since_push_run_id, 0)
        and pushes.channel_id = 'shopify'
        and pushes.based_on_landing_file_id < shown_levels.landing_file_id
        and (
            pushes.outcome in ('verified', 'moved_since')
            or (pushes.outcome = 'writing' and shown_levels.shown_units = pushes.units_wanted)
        )

    group by
        pushes.sku,
        pushes.location_id

),

-- Until we write to the shop for the first time its levels are what its owner makes of them, other channels included.
first_rounds as (

    select min(based_on_landing_file_id) as landing_file_id

    from {{ ref('stg_ops__push_runs') }}

    where
        channel_id = 'shopify'
        and state <> 'held'

),

counted_from as (

    select landing_files.read_at

    from landing_files
    inner join first_rounds
        on landing_files.landing_file_id = first_rounds.landing_file_id

),

-- From then on what other channels sell is known here alone.
sold_elsewhere as (

    select
        events.sku,
        events.location_id,
        sum(case when events.occurred_at <= newest_snapshot.read_at then {{ units_taken('events') }} else 0 end)
            as units_at_reading,
        sum({{ units_taken('events') }}) as units

    from {{ ref('int_order_line_events_live') }} as events
    inner join counted_from
        on events.occurred_at > counted_from.read_at
    cross join newest_snapshot
    left join switched
        on events.sku = switched.sku
    left join switched as all_others
        on all_others.sku is null
    left join landing_files as switched_at
        on switched.since_landing_file_id = switched_at.landing_file_id

    where
        not events.is_custom_service
        and coalesce(switched.is_live, all_others.is_live, true)
        and events.occurred_at > coalesce(switched_at.read_at, counted_from.read_at)

    group by
        events.sku,
        events.location_id

),

levels as (

    select
        shown_levels.sku,
        shown_levels.location_id,
        shown_levels.read_at,
        shown_levels.landing_file_id,
        shown_levels.shown_units,
        shown_levels.on_hand_units,
        shown_levels.committed_units,
        shown_levels.incoming_units,
        shown_levels.reserved_units,
        shown_levels.damaged_units,
        shown_levels.shown_units - coalesce(pushed.pushed_units, 0) - coalesce(sold_elsewhere.units_at_reading, 0)
            as available_units,
        shown_levels.shown_units - coalesce(pushed.pushed_units, 0) - coalesce(sold_elsewhere.units, 0)
            as available_units_now

    from shown_levels
    left join pushed
        on
            shown_levels.sku = pushed.sku
            and shown_levels.location_id = pushed.location_id
    left join sold_elsewhere
        on
            shown_levels.sku = sold_elsewhere.sku
            and shown_levels.location_id = sold_elsewhere.location_id

)

select * from levels
