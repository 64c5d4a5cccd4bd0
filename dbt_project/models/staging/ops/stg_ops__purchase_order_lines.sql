with

orders as (

    select * from {{ source('ops', 'purchase_orders') }}

),

lines as (

    select * from {{ source('ops', 'purchase_order_lines') }}

),

-- Older versions of an order stay in the table as history; only its present version is on order.
present_lines as (

    select
        orders.po_number,
        orders.version,
        orders.supplier_id,
        orders.location_id,
        orders.currency,
        orders.exchange_rate,
        orders.plan_date,
        orders.state,
        orders.requested_date,
        lines.line_number,
        lines.sku,
        lines.supplier_sku,
        lines.unit_cost,
        lines.reason,
        lines.units as units_ordered

    from orders
    inner join lines
        on
            orders.po_number = lines.po_number
            and orders.version = lines.version

)

select * from present_lines
