-- One row per item of which more is promised than is there. Where nothing was ever counted nobody knows what is there,
-- unless every entry from the first on counts.
select
    positions.sku,
    positions.location_id,
    positions.available_units
from ops.stock_positions as positions
where
    positions.available_units < 0
    and (positions.counted_at is not null or positions.source_of_truth = 'ledger')
order by positions.sku, positions.location_id
