with

order_lines as (

    select * from {{ ref('int_wholesale_order_lines') }}

),

conformed as (

    select
        'wholesale' as channel_id,
        order_id,
        order_line_id,
        order_id as order_name,
        line_kind,
        counterpart_line_id,
        counterpart_at,
        ordered_at,
        sku,
        sku_as_sent,
        sku as listing_id,
        title,
        location_id,
        units as units_ordered,
        unit_price,
        currency,
        landing_file_id,
        landing_line_number,
        false as is_custom_service,
        sku in ({{ quoted_list(var('codes_that_are_no_products')) }}) as is_service_if_unknown

    from order_lines

)

select * from conformed
