with

events as (

    {{ union_of_channels('order_line_events_conformed') }}

),

parts as (

    select * from {{ ref('int_order_line_parts') }}

),

in_skus as (

    select
        events.channel_id,
        events.event_kind,
        events.occurred_at,
        events.is_custom_service,
        events.location_id,
        coalesce(parts.part_line_id, events.order_line_id) as order_line_id,
        coalesce(parts.sku, events.sku) as sku,
        events.units * coalesce(parts.units_per_listing, 1) as units

    from events
    left join parts
        on
            events.channel_id = parts.channel_id
            and events.order_line_id = parts.order_line_id

)

select * from in_skus
