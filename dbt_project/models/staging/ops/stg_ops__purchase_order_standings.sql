with

-- An answer without effect changes nothing, and is of no plan.
events as (

    select
        event_id,
        po_number,
        version,
        plan_date,
        exchange_rate,
        requested_date,
        to_state

    from {{ source('ops', 'purchase_order_events') }}

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

)

select * from standings
