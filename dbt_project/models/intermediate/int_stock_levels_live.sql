with

positions as (

    select * from {{ ref('stg_ops__stock_positions') }}

),

events as (

    select * from {{ ref('stg_ops__stock_events') }}

),

cursors as (

    select * from {{ ref('stg_ops__stock_cursors') }}

),

locations as (

    select * from {{ ref('stg_ops__stock_locations') }}

),

drop_shippers as (

    select
        location_id,
        min(statement_hours) as statement_hours,
        min(case when is_offered_when_old then 1 else 0 end) as offered_when_old

    from {{ ref('int_drop_shippers') }}

    group by location_id

),

channels as (

    select * from {{ ref('stg_ops__channels') }}

    where kind <> 'bulk_files'

),

-- The store's time, as its channels last told it.
store_clock as (

    select max(cursors.read_at) as read_at

    from cursors
    inner join channels
        on cursors.source = channels.channel_id

),

-- What was never counted, since every entry counts, stands on all that was taken in.
taken_in as (

    select max(landing_file_id) as landing_file_id from cursors

),

-- When what a channel shows was last read as a whole: until then every level that did not change was true.
readings as (

    select
        source,
        max(read_at) as read_at,
        max(newest_file_id) as landing_file_id

    from cursors

    where stream <> 'orders'

    group by source

),

timed as (

    select
        positions.*,
        locations.sources_in_level,
        case when positions.is_running then positions.level_units end as shown_units,
        case
            when positions.is_running then readings.read_at
            else greatest(positions.counted_at, positions.last_event_at)
        end as read_at,
        case
            when positions.is_running then readings.landing_file_id
            else coalesce(positions.landing_file_id, taken_in.landing_file_id)
        end as newest_file_id

    from positions
    inner join locations
        on positions.location_id = locations.location_id
    cross join taken_in
    left join readings
        on positions.source_of_truth = readings.source

),

-- What a running level did not hold yet when it was read, and was added to it since.
happened_since as (

    select
        timed.sku,
        timed.location_id,
        sum(events.available_change) as available_units

    from timed
    inner join events
        on
            timed.sku = events.sku
            and timed.location_id = events.location_id
            and timed.read_at < events.occurred_at
            and timed.counts_from < events.occurred_at

    where
        timed.is_running
        and timed.sources_in_level not like '%,' || events.source || ',%'

    group by
        timed.sku,
        timed.location_id

),

levels as (

    select
        timed.sku,
        timed.location_id,
        timed.source_of_truth,
        timed.read_at,
        timed.newest_file_id as landing_file_id,
        timed.shown_units,
        timed.on_hand_units,
        timed.committed_units,
        timed.reserved_units,
        timed.damaged_units,
        -- What a supplier said too long ago is offered to nobody, unless its terms say so.
        case
            when
                drop_shippers.offered_when_old = 0
                and timed.counted_at
                < {{ instant_days_before('store_clock.read_at', '(drop_shippers.statement_hours / 24.0)') }}
                then 0
            else timed.available_units
        end as available_units_now,
        timed.available_units - coalesce(happened_since.available_units, 0) as available_units

    from timed
    cross join store_clock
    left join happened_since
        on
            timed.sku = happened_since.sku
            and timed.location_id = happened_since.location_id
    left join drop_shippers
        on timed.location_id = drop_shippers.location_id

)

select * from levels
