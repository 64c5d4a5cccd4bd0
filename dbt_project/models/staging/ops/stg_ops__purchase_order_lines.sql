with

orders as (

    select * from {{ source('ops', 'purchase_orders') }}

),

lines as (

    select * from {{ source('ops', 'purchase_order_lines') }}

),

-- An answer without effect changes nothing, and is of no plan.
events as (

    select * from {{ source('ops', 'purchase_order_events') }}

    where plan_date is not null

),

ranked_events as (

    select
        *,
        row_number() over (partition by po_number, plan_date order by event_id desc) as recency,
        min(plan_date) over (partition by po_number, version) as version_plan_date

    from events

),

-- A later plan replaces or takes back an order that still waits: from its morning on that one holds, and a morning
-- before it is told as it was. What people and suppliers say in between holds at once.
standings as (

    select
        *,
        lead(plan_date) over (partition by po_number order by plan_date) as next_plan_date

    from ranked_events

    where recency = 1

),

dated_lines as (

    select
        orders.po_number,
        standings.version,
        orders.supplier_id,
        orders.location_id,
        orders.currency,
        standings.exchange_rate,
        standings.version_plan_date as plan_date,
        standings.plan_date as known_from_date,
        standings.next_plan_date as known_until_date,
        standings.to_state as state,
        lines.line_number,
        lines.sku,
        lines.supplier_sku,
        lines.unit_cost,
        lines.reason,
        lines.units as units_ordered,
        -- A person's late release moves the day of what it releases.
        case
            when standings.version = orders.version then orders.requested_date else standings.requested_date
        end as requested_date

    from orders
    inner join standings
        on orders.po_number = standings.po_number
    inner join lines
        on
            standings.po_number = lines.po_number
            and standings.version = lines.version

)

select * from dated_lines
