with

recent_events as (

    {{ union_of_channels('order_line_events_recent') }}

),

listing_parts as (

    select * from {{ ref('int_listing_parts') }}

),

recent_lines as (

    select distinct
        channel_id,
        order_line_id,
        listing_id,
        sku,
        ordered_at

    from recent_events

),

{{ parts_of_lines('recent_lines') }},

order_line_events as (

    select
        recent_events.channel_id,
        recent_events.document_key,
        recent_events.said_at,
        recent_events.landing_file_id,
        recent_events.landing_line_number,
        recent_events.order_line_id,
        recent_events.event_kind,
        recent_events.occurred_at,
        recent_events.location_id,
        recent_events.promised_from,
        coalesce(line_parts.sku, recent_events.sku) as sku,
        recent_events.units * coalesce(line_parts.units_per_listing, 1) as units

    from recent_events
    left join line_parts
        on
            recent_events.channel_id = line_parts.channel_id
            and recent_events.order_line_id = line_parts.order_line_id

)

select * from order_line_events
