-- One row per open line of a shopper's order that a supplier is to send itself, of an item that it has none of. What
-- was passed on to it is told by its own answer.
with drop_shippers as (
    select * from intermediate.int_drop_shippers
)

select
    lines.channel_id,
    lines.order_name,
    lines.order_line_id,
    lines.sku,
    drop_shippers.supplier_id,
    availability.expected_date,
    lines.units_ordered - lines.units_cancelled - lines.units_fulfilled as units_open
from marts.fct_order_lines as lines
inner join drop_shippers on lines.location_id = drop_shippers.location_id
inner join marts.fct_supplier_availability as availability
    on drop_shippers.supplier_id = availability.supplier_id and lines.sku = availability.sku
where
    availability.units <= 0
    and lines.units_ordered > lines.units_cancelled + lines.units_fulfilled
    and not exists (
        select from ops.drop_ship_lines as passed
        where
            passed.channel_id = lines.channel_id and passed.document_key = lines.order_id
            and passed.sku = lines.sku and passed.supplier_id = drop_shippers.supplier_id
    )
order by lines.channel_id, lines.order_name, lines.order_line_id
