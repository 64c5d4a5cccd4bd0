with

order_lines as (

    select * from {{ ref('int_shopify_order_lines') }}

),

locations as (

    select * from {{ ref('int_locations') }}

),

conformed as (

    select
        'shopify' as channel_id,
        order_lines.order_id,
        order_lines.order_line_id,
        order_lines.order_name,
        'sale' as line_kind,
        cast(null as text) as counterpart_line_id,
        cast(null as timestamp with time zone) as counterpart_at,
        order_lines.ordered_at,
        order_lines.sku,
        order_lines.sku_as_sent,
        order_lines.variant_id as listing_id,
        order_lines.title,
        locations.location_id,
        order_lines.units_ordered,
        order_lines.unit_price,
        order_lines.currency,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.variant_id is null and not order_lines.requires_shipping as is_custom_service,
        not order_lines.requires_shipping as is_service_if_unknown

    from order_lines
    left join locations
        on order_lines.shopify_location_id = locations.shopify_location_id

)

select * from conformed
