with

order_line_events as (

    select * from {{ ref('int_shopify_order_line_events') }}

),

locations as (

    select * from {{ ref('int_locations') }}

),

conformed as (

    select
        'shopify' as channel_id,
        order_line_events.order_line_id,
        order_line_events.event_kind,
        order_line_events.occurred_at,
        order_line_events.units,
        order_line_events.sku,
        order_line_events.is_custom_service,
        locations.location_id

    from order_line_events
    left join locations
        on order_line_events.shopify_location_id = locations.shopify_location_id

)

select * from conformed
