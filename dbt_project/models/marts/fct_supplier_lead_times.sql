with

purchase_order_lines as (

    select * from {{ ref('fct_purchase_order_lines') }}

    where state not in ('proposed', 'waiting', 'refused', 'cancelled')

),

suppliers as (

    select * from {{ ref('dim_suppliers') }}

),

receipts as (

    select * from {{ ref('int_receipts') }}

    where received_at < {{ cut_off() }}

),

-- Forty lines of one delivery are one fact about the supplier, not forty.
shipments as (

    select
        shipment_id,
        po_number,
        max(received_at) as received_at

    from receipts

    group by
        shipment_id,
        po_number

),

orders as (

    select
        po_number,
        supplier_id,
        min(ordered_at) as ordered_at,
        sum(units_open) as units_open

    from purchase_order_lines

    group by
        po_number,
        supplier_id

),

closed as (

    select
        orders.supplier_id,
        shipments.shipment_id,
        orders.po_number,
        orders.ordered_at,
        shipments.received_at,
        false as is_open

    from orders
    inner join shipments
        on orders.po_number = shipments.po_number

),

-- What has not come yet is evidence too: it takes at least as long as it has been out.
outstanding as (

    select
        supplier_id,
        po_number || '/open' as shipment_id,
        po_number,
        ordered_at,
        cast(null as timestamp with time zone) as received_at,
        true as is_open

    from orders

    where units_open > 0

),

unioned as (

    select * from closed

    union all

    select * from outstanding

),

lead_times as (

    select
        unioned.supplier_id,
        suppliers.lane,
        unioned.shipment_id,
        unioned.po_number,
        unioned.ordered_at,
        unioned.received_at,
        unioned.is_open,
        case
            when not unioned.is_open then {{ days_from_to('unioned.ordered_at', 'unioned.received_at') }}
        end as lead_time_days,
        {{ days_from_to('unioned.ordered_at', 'coalesce(unioned.received_at, ' ~ cut_off() ~ ')') }} as age_days

    from unioned
    left join suppliers
        on unioned.supplier_id = suppliers.supplier_id

)

select * from lead_times
