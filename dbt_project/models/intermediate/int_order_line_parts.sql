with

order_lines as (

    {{ union_of_channels('order_lines_conformed') }}

),

listing_parts as (

    select * from {{ ref('int_listing_parts') }}

),

{{ parts_of_lines('order_lines') }}

select * from line_parts
