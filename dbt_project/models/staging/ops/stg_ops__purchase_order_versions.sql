with

orders as (

    select * from {{ source('ops', 'purchase_orders') }}

),

lines as (

    select * from {{ source('ops', 'purchase_order_lines') }}

),

joined as (

    select
        orders.po_number,
        orders.supplier_id,
        orders.location_id,
        orders.currency,
        orders.version as newest_version,
        orders.requested_date as newest_requested_date,
        lines.version,
        lines.line_number,
        lines.sku,
        lines.supplier_sku,
        lines.unit_cost,
        lines.reason,
        lines.units

    from orders
    inner join lines
        on orders.po_number = lines.po_number

    -- What a supplier sends to a shopper itself is never ours: it comes to no place, and nothing is learned from it.
    where orders.kind != 'drop_ship'

)

select * from joined
