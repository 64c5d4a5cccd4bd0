with

order_lines as (

    select * from {{ ref('int_order_lines_conformed') }}

    where
        line_class = 'unknown'
        and ordered_at < {{ cut_off() }}

),

landing_files as (

    select * from {{ ref('stg_raw__landing_files') }}

),

exceptions as (

    select
        order_lines.channel_id,
        order_lines.order_id,
        order_lines.order_line_id,
        order_lines.order_name,
        order_lines.ordered_at,
        order_lines.sku,
        order_lines.sku_as_sent,
        order_lines.title,
        order_lines.location_id,
        order_lines.units_ordered,
        order_lines.landing_file_id,
        landing_files.path as landing_path,
        order_lines.landing_line_number,
        case
            when order_lines.sku is null then 'The line carries no sku. Give the product one in the channel.'
            else
                'No product of the catalogue has the sku '
                || order_lines.sku
                || '. Add it to the catalogue, or to codes_that_are_no_products when it is none.'
        end as reason

    from order_lines
    left join landing_files
        on order_lines.landing_file_id = landing_files.landing_file_id

)

select * from exceptions
