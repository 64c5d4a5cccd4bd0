with

shopify_events as (

    select * from {{ ref('int_shopify_order_line_events') }}

),

wholesale_lines as (

    select * from {{ ref('int_wholesale_order_lines') }}

),

locations as (

    select * from {{ ref('int_locations') }}

),

shopify as (

    select
        'shopify' as channel_id,
        shopify_events.order_line_id,
        shopify_events.event_kind,
        shopify_events.occurred_at,
        shopify_events.units,
        shopify_events.sku,
        shopify_events.is_custom_service,
        locations.location_id

    from shopify_events
    left join locations
        on shopify_events.shopify_location_id = locations.shopify_location_id

),

wholesale_sales as (

    select
        'wholesale' as channel_id,
        order_line_id,
        'ordered' as event_kind,
        ordered_at as occurred_at,
        units,
        sku,
        false as is_custom_service,
        location_id

    from wholesale_lines

    where line_kind = 'sale'

),

-- A cancellation is an event of the line that it cancels, a return one of its own row.
wholesale_taken_back as (

    select
        'wholesale' as channel_id,
        case
            when line_kind = 'cancellation' then counterpart_line_id
            else order_line_id
        end as order_line_id,
        case
            when line_kind = 'cancellation' then 'cancelled'
            else 'returned'
        end as event_kind,
        ordered_at as occurred_at,
        units,
        sku,
        false as is_custom_service,
        location_id

    from wholesale_lines

    where line_kind in ('cancellation', 'return')

),

events as (

    select * from shopify

    union all

    select * from wholesale_sales

    union all

    select * from wholesale_taken_back

)

select * from events
