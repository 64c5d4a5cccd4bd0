with

order_lines as (

    {{ union_of_channels('order_lines_conformed') }}

),

parts as (

    select * from {{ ref('int_order_line_parts') }}

),

-- A pack is its units; a bundle has a line for each part, which share its price by their units.
in_skus as (

    select
        order_lines.channel_id,
        order_lines.order_id,
        order_lines.order_name,
        order_lines.line_kind,
        order_lines.counterpart_line_id,
        order_lines.counterpart_at,
        order_lines.ordered_at,
        order_lines.listing_id,
        order_lines.sku_as_sent,
        order_lines.title,
        order_lines.location_id,
        order_lines.currency,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.is_custom_service,
        order_lines.is_service_if_unknown,
        cast(order_lines.unit_price / coalesce(parts.units_of_all_parts, 1) as numeric(14, 4)) as unit_price,
        coalesce(parts.part_line_id, order_lines.order_line_id) as order_line_id,
        coalesce(parts.sku, order_lines.sku) as sku,
        order_lines.units_ordered * coalesce(parts.units_per_listing, 1) as units_ordered

    from order_lines
    left join parts
        on
            order_lines.channel_id = parts.channel_id
            and order_lines.order_line_id = parts.order_line_id

)

select * from in_skus
