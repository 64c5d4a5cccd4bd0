-- What we wrote ourselves comes back with the next reading. It was no count, so the change it made is taken out of the
-- level: of every write that was accepted, and of one that was cut off if the level reads as it wanted it.
with read_since as (
    select
        pushes.availability_push_id,
        pushes.push_run_id,
        pushes.sku,
        pushes.location_id,
        bases.landing_file_id,
        case
            when
                pushes.outcome in ('verified', 'moved_since')
                or (pushes.outcome = 'writing' and bases.level_units = pushes.units_wanted)
                then coalesce(pushes.units_wanted - pushes.units_before, 0)
            else 0
        end as taken_units
    from ops.availability_pushes as pushes
    inner join ops.push_runs as rounds on pushes.push_run_id = rounds.push_run_id
    inner join stock_bases as bases
        on
            pushes.sku = bases.sku
            and pushes.location_id = bases.location_id
            and pushes.channel_id = bases.source_of_truth
            and rounds.based_on_landing_file_id < bases.landing_file_id
    where pushes.taken_in_landing_file_id is null
),

taken as (
    update ops.availability_pushes as pushes set
        taken_in_landing_file_id = read_since.landing_file_id,
        taken_units = read_since.taken_units
    from read_since
    where pushes.availability_push_id = read_since.availability_push_id
    returning pushes.push_run_id, pushes.sku, pushes.location_id, pushes.taken_units
)

update ops.stock_positions as positions set
    own_writes_units = positions.own_writes_units + summed.taken_units,
    updated_at = now()
from (
    select
        taken.sku,
        taken.location_id,
        sum(taken.taken_units)::integer as taken_units
    from taken
    inner join stock_bases as bases on taken.sku = bases.sku and taken.location_id = bases.location_id
    where
        taken.push_run_id > bases.since_push_run_id
        and bases.counts_from is not null
    group by taken.sku, taken.location_id
) as summed
where
    positions.sku = summed.sku
    and positions.location_id = summed.location_id
    and summed.taken_units != 0
