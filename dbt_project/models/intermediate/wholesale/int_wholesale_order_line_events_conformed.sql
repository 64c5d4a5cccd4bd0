with

wholesale_lines as (

    select * from {{ ref('int_wholesale_order_lines') }}

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

    select * from wholesale_sales

    union all

    select * from wholesale_taken_back

)

select * from events
