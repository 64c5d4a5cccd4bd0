-- One row per line of a shipment of late that its order had once and has no more: nobody waits for it, and it comes.
with order_lines as (
    select distinct on (lines.po_number, lines.line_number)
        orders.supplier_id,
        lines.po_number,
        lines.line_number,
        lines.sku,
        lines.supplier_sku,
        lines.version = orders.version as is_wanted
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines on orders.po_number = lines.po_number
    order by lines.po_number asc, lines.line_number asc, lines.version desc
),

names as (
    select * from intermediate.int_supplier_names
),

-- The newest file about a shipment replaces the earlier ones; an item in two cartons has two rows.
sent_by_now as (
    select
        *,
        rank() over (
            partition by supplier_id, shipment_id
            order by landing_file_id desc
        ) as file_rank
    from staging.stg_suppliers__shipment_lines
    where shipped_at < %(moment)s
),

shipments as (
    select
        sent_by_now.*,
        coalesce(names.supplier_id, sent_by_now.supplier_id) as said_by
    from sent_by_now
    left join names on sent_by_now.supplier_id = names.supplier_name
)

select
    order_lines.supplier_id,
    shipments.shipment_id,
    order_lines.po_number,
    order_lines.line_number,
    order_lines.sku,
    sum(shipments.units)::integer as units
from shipments
inner join order_lines
    on
        shipments.order_number = order_lines.po_number
        and shipments.said_by = order_lines.supplier_id
        -- Where no line is named, one of the item that is still wanted is meant rather than one that was struck.
        and order_lines.line_number = coalesce(
            shipments.line_number,
            (
                select named.line_number from order_lines as named
                where
                    named.po_number = shipments.order_number
                    and (named.sku = shipments.sku or named.supplier_sku = shipments.supplier_sku)
                order by named.is_wanted desc, named.line_number asc
                limit 1
            )
        )
where shipments.file_rank = 1 and shipments.shipped_at >= %(since)s and not order_lines.is_wanted
group by
    order_lines.supplier_id, shipments.shipment_id, order_lines.po_number, order_lines.line_number, order_lines.sku
order by order_lines.supplier_id, shipments.shipment_id, order_lines.po_number, order_lines.line_number
