-- Forget positions whose channel shows no level of the SKU there any more, those whose counts were taken back, and
-- those of places where somebody else says now what lies there.
delete from ops.stock_positions as positions
using ops.stock_locations as locations
where
    positions.location_id = locations.location_id
    and not exists (
        select from stock_bases as bases
        where bases.sku = positions.sku and bases.location_id = positions.location_id
    )
    and (
        positions.is_running
        or positions.source_of_truth != locations.source_of_truth
        or exists (
            select from stock_entered as entered
            where
                entered.sku = positions.sku
                and entered.location_id = positions.location_id
                and entered.kind = 'count'
        )
    )
