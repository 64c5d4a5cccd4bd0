-- Note the level that each position stands on where it changed, and add what was entered to those not counted anew.
with added as (
    select
        entered.sku,
        entered.location_id,
        sum(entered.on_hand_change) filter (where entered.occurred_at > positions.counts_from) as on_hand_units,
        sum(entered.committed_change) filter (where entered.occurred_at > positions.counts_from) as committed_units,
        sum(entered.damaged_change) filter (where entered.occurred_at > positions.counts_from) as damaged_units,
        sum(entered.committed_change) as promised_units,
        max(entered.occurred_at) filter (where entered.occurred_at > positions.counts_from) as last_event_at
    from stock_entered as entered
    inner join ops.stock_positions as positions
        on entered.sku = positions.sku and entered.location_id = positions.location_id
    inner join ops.stock_locations as locations on entered.location_id = locations.location_id
    where
        entered.source != all(locations.sources_in_level)
        and not exists (
            select from stock_recounted as recounted
            where recounted.sku = entered.sku and recounted.location_id = entered.location_id
        )
    group by entered.sku, entered.location_id
),

settled as (
    select
        positions.sku,
        positions.location_id,
        coalesce(bases.counted_at, positions.counted_at) as counted_at,
        coalesce(bases.level_units, positions.level_units) as level_units,
        coalesce(bases.level_committed_units, positions.level_committed_units) as level_committed_units,
        coalesce(bases.level_reserved_units, positions.level_reserved_units) as level_reserved_units,
        coalesce(bases.level_damaged_units, positions.level_damaged_units) as level_damaged_units,
        coalesce(bases.landing_file_id, positions.landing_file_id) as landing_file_id,
        positions.on_hand_since + coalesce(added.on_hand_units, 0) as on_hand_since,
        positions.committed_since + coalesce(added.committed_units, 0) as committed_since,
        positions.damaged_since + coalesce(added.damaged_units, 0) as damaged_since,
        positions.committed_ever + coalesce(added.promised_units, 0) as committed_ever,
        greatest(positions.last_event_at, added.last_event_at) as last_event_at
    from ops.stock_positions as positions
    left join stock_bases as bases on positions.sku = bases.sku and positions.location_id = bases.location_id
    left join added on positions.sku = added.sku and positions.location_id = added.location_id
    where bases.sku is not null or added.sku is not null
)

update ops.stock_positions as positions set
    counted_at = settled.counted_at,
    level_units = settled.level_units,
    level_committed_units = settled.level_committed_units,
    level_reserved_units = settled.level_reserved_units,
    level_damaged_units = settled.level_damaged_units,
    landing_file_id = settled.landing_file_id,
    on_hand_since = settled.on_hand_since,
    committed_since = settled.committed_since,
    damaged_since = settled.damaged_since,
    committed_ever = settled.committed_ever,
    last_event_at = settled.last_event_at,
    updated_at = now()
from settled
where
    positions.sku = settled.sku
    and positions.location_id = settled.location_id
    and (
        positions.counted_at, positions.level_units, positions.level_committed_units, positions.level_reserved_units,
        positions.level_damaged_units, positions.on_hand_since, positions.committed_since, positions.damaged_since,
        positions.committed_ever, positions.last_event_at
    ) is distinct from (
        settled.counted_at, settled.level_units, settled.level_committed_units, settled.level_reserved_units,
        settled.level_damaged_units, settled.on_hand_since, settled.committed_since, settled.damaged_since,
        settled.committed_ever, settled.last_event_at
    )
