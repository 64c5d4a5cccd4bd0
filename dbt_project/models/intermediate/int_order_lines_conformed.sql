with

shopify_lines as (

    select * from {{ ref('int_shopify_order_lines') }}

),

wholesale_lines as (

    select * from {{ ref('int_wholesale_order_lines') }}

),

locations as (

    select * from {{ ref('int_locations') }}

),

skus as (

    select sku from {{ ref('int_skus') }}

),

conformed as (

    select
        'shopify' as channel_id,
        shopify_lines.order_id,
        shopify_lines.order_line_id,
        shopify_lines.order_name,
        'sale' as line_kind,
        cast(null as text) as counterpart_line_id,
        cast(null as timestamp with time zone) as counterpart_at,
        shopify_lines.ordered_at,
        shopify_lines.sku,
        shopify_lines.sku_as_sent,
        shopify_lines.title,
        locations.location_id,
        shopify_lines.units_ordered,
        shopify_lines.unit_price,
        shopify_lines.currency,
        shopify_lines.landing_file_id,
        shopify_lines.landing_line_number,
        shopify_lines.variant_id is null and not shopify_lines.requires_shipping as is_custom_service,
        not shopify_lines.requires_shipping as is_service_if_unknown

    from shopify_lines
    left join locations
        on shopify_lines.shopify_location_id = locations.shopify_location_id

    union all

    select
        'wholesale' as channel_id,
        wholesale_lines.order_id,
        wholesale_lines.order_line_id,
        wholesale_lines.order_id as order_name,
        wholesale_lines.line_kind,
        wholesale_lines.counterpart_line_id,
        wholesale_lines.counterpart_at,
        wholesale_lines.ordered_at,
        wholesale_lines.sku,
        wholesale_lines.sku_as_sent,
        wholesale_lines.title,
        wholesale_lines.location_id,
        wholesale_lines.units as units_ordered,
        wholesale_lines.unit_price,
        wholesale_lines.currency,
        wholesale_lines.landing_file_id,
        wholesale_lines.landing_line_number,
        false as is_custom_service,
        wholesale_lines.sku in ({{ quoted_list(var('codes_that_are_no_products')) }}) as is_service_if_unknown

    from wholesale_lines

),

-- Postage, fees and vouchers are services: typed in by hand without a variant, or unknown to the catalogue and never
-- shipped. What the catalogue knows is stock; the rest is a question for people.
classified as (

    select
        conformed.*,
        case
            when conformed.is_custom_service then 'service'
            when skus.sku is not null then 'stock'
            when conformed.is_service_if_unknown then 'service'
            else 'unknown'
        end as line_class

    from conformed
    left join skus
        on conformed.sku = skus.sku

),

order_lines as (

    select
        channel_id,
        order_id,
        order_line_id,
        order_name,
        line_kind,
        counterpart_line_id,
        counterpart_at,
        ordered_at,
        sku,
        sku_as_sent,
        title,
        units_ordered,
        unit_price,
        currency,
        landing_file_id,
        landing_line_number,
        line_class,
        -- Facts keep a place for units of which no source says where they ship from.
        coalesce(location_id, 'UNASSIGNED') as location_id

    from classified

)

select * from order_lines
