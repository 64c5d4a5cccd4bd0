with

events as (

    {{ union_of_channels('order_line_events_conformed') }}

)

select * from events
