{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

order_rows as (

    select
        *,
        case when quantity < 0 then 'taken_back' else 'sale' end as row_kind

    from {{ ref('int_wholesale_order_rows') }}

),

sales as (

    select * from order_rows

    where row_kind = 'sale'

),

taken_back as (

    select * from order_rows

    where row_kind = 'taken_back'

),

-- The files never say which order a negative row takes back. It cancels the latest earlier line of the same customer
-- and sku that held enough units, if that is recent; everything else came back from the customer later.
candidates as (

    select
        taken_back.order_line_id as taken_back_line_id,
        taken_back.ordered_at as taken_back_at,
        taken_back.landing_file_id as taken_back_file_id,
        sales.order_line_id as sale_line_id,
        sales.ordered_at as sale_ordered_at,
        sales.quantity as sale_units,
        -taken_back.quantity as units,
        row_number() over (
            partition by taken_back.order_line_id
            order by sales.ordered_at desc, sales.order_line_id desc
        ) as candidate_rank

    from taken_back
    inner join sales
        on
            taken_back.customer_ref = sales.customer_ref
            and taken_back.sku = sales.sku
            and taken_back.ordered_at >= sales.ordered_at
            and -taken_back.quantity <= sales.quantity
            and sales.ordered_at
            >= {{ instant_days_before('taken_back.ordered_at', var('wholesale_cancellation_days')) }}

),

-- Two negative rows may point at one line; together they cancel no more than it ordered.
claims as (

    select
        *,
        sum(units) over (
            partition by sale_line_id
            order by taken_back_at, taken_back_line_id
            rows between unbounded preceding and current row
        ) as units_claimed

    from candidates

    where candidate_rank = 1

),

cancellations as (

    select * from claims

    where units_claimed <= sale_units

),

cancelled_sales as (

    select
        sale_line_id,
        max(taken_back_line_id) as cancelled_by_line_id,
        max(taken_back_at) as cancelled_at,
        max(taken_back_file_id) as taken_back_file_id

    from cancellations

    group by sale_line_id

),

order_lines as (

    select
        order_rows.order_id,
        order_rows.order_line_id,
        order_rows.ordered_at,
        order_rows.sku,
        order_rows.sku_as_sent,
        order_rows.title,
        order_rows.location_id,
        order_rows.unit_price,
        order_rows.currency,
        order_rows.customer_ref,
        order_rows.landing_line_number,
        case
            when order_rows.row_kind = 'sale' then 'sale'
            when cancellations.taken_back_line_id is not null then 'cancellation'
            else 'return'
        end as line_kind,
        abs(order_rows.quantity) as units,
        coalesce(cancellations.sale_line_id, cancelled_sales.cancelled_by_line_id) as counterpart_line_id,
        coalesce(cancellations.sale_ordered_at, cancelled_sales.cancelled_at) as counterpart_at,
        -- A line also counts as touched when the file that cancels it lands.
        greatest(order_rows.landing_file_id, coalesce(cancelled_sales.taken_back_file_id, 0)) as landing_file_id

    from order_rows
    left join cancellations
        on order_rows.order_line_id = cancellations.taken_back_line_id
    left join cancelled_sales
        on order_rows.order_line_id = cancelled_sales.sale_line_id

)

select * from order_lines
