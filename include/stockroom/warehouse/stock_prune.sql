-- Sum up the entries that are too old to be kept one by one, and let them leave the ledger; counts stay. One row: how
-- many.
with settling as (
    select %(through_at)s::timestamptz as through_at
),

gone as (
    delete from ops.stock_events as events
    using settling
    where events.occurred_at <= settling.through_at and events.kind != 'count' and events.sku is not null
    returning
        events.source,
        events.sku,
        events.location_id,
        events.on_hand_change,
        events.committed_change,
        events.reserved_change,
        events.damaged_change,
        events.occurred_at
),

summed as (
    select
        gone.sku,
        gone.location_id,
        gone.source,
        positions.counts_from,
        count(*) as entries,
        sum(gone.on_hand_change) as on_hand_change,
        sum(gone.committed_change) as committed_change,
        sum(gone.reserved_change) as reserved_change,
        sum(gone.damaged_change) as damaged_change,
        coalesce(sum(gone.on_hand_change) filter (where gone.occurred_at > positions.counts_from), 0) as on_hand_since,
        coalesce(sum(gone.committed_change) filter (where gone.occurred_at > positions.counts_from), 0)
            as committed_since,
        coalesce(sum(gone.damaged_change) filter (where gone.occurred_at > positions.counts_from), 0) as damaged_since
    from gone
    left join ops.stock_positions as positions
        on gone.sku = positions.sku and gone.location_id = positions.location_id
    group by
        gone.sku,
        gone.location_id,
        gone.source,
        positions.counts_from
),

kept as (
    insert into ops.stock_snapshots as known (
        sku, location_id, source, through_at, on_hand_change, committed_change, reserved_change, damaged_change,
        counts_from, on_hand_since, committed_since, damaged_since
    )
    select
        summed.sku,
        summed.location_id,
        summed.source,
        settling.through_at,
        summed.on_hand_change,
        summed.committed_change,
        summed.reserved_change,
        summed.damaged_change,
        summed.counts_from,
        summed.on_hand_since,
        summed.committed_since,
        summed.damaged_since
    from summed
    cross join settling
    on conflict (sku, location_id, source) do update set
        through_at = excluded.through_at,
        on_hand_change = known.on_hand_change + excluded.on_hand_change,
        committed_change = known.committed_change + excluded.committed_change,
        reserved_change = known.reserved_change + excluded.reserved_change,
        damaged_change = known.damaged_change + excluded.damaged_change,
        counts_from = excluded.counts_from,
        on_hand_since = excluded.on_hand_since
        + case when known.counts_from is not distinct from excluded.counts_from then known.on_hand_since else 0 end,
        committed_since = excluded.committed_since
        + case when known.counts_from is not distinct from excluded.counts_from then known.committed_since else 0 end,
        damaged_since = excluded.damaged_since
        + case when known.counts_from is not distinct from excluded.counts_from then known.damaged_since else 0 end
)

select coalesce(sum(entries), 0) as entries
from summed
