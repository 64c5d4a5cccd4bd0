-- Every unit that a channel says was ordered is in fct_order_lines or in its exceptions, once.
with

ordered as (

    select sum(events.units) as units

    from {{ ref('int_order_line_events_unioned') }} as events

    where
        events.event_kind = 'ordered'
        and events.occurred_at < {{ cut_off() }}

),

known as (

    select sum(units_ordered) as units

    from {{ ref('fct_order_lines') }}

),

exceptional as (

    select sum(units_ordered) as units

    from {{ ref('fct_order_line_exceptions') }}

)

select
    ordered.units as units_ordered,
    known.units as units_known,
    exceptional.units as units_exceptional

from ordered
cross join known
cross join exceptional

where coalesce(ordered.units, 0) <> coalesce(known.units, 0) + coalesce(exceptional.units, 0)
