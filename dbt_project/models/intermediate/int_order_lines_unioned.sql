with

order_lines as (

    {{ union_of_channels('order_lines_conformed') }}

)

select * from order_lines
