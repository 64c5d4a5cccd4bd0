{{ config(materialized='table') }}

with

order_rows as (

    select * from {{ ref('stg_wholesale__order_rows') }}

),

ranked as (

    select
        *,
        {{ newest_first('order_line_id') }} as version_rank

    from order_rows

),

newest as (

    select
        *,
        case when quantity < 0 then 'taken_back' else 'sale' end as row_kind

    from ranked

    where version_rank = 1

),

sales as (

    select * from newest

    where row_kind = 'sale'

),

taken_back as (

    select * from newest

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
        newest.order_id,
        newest.order_line_id,
        newest.ordered_at,
        newest.sku,
        newest.sku_as_sent,
        newest.title,
        newest.location_id,
        newest.unit_price,
        newest.currency,
        newest.customer_ref,
        newest.landing_line_number,
        case
            when newest.row_kind = 'sale' then 'sale'
            when cancellations.taken_back_line_id is not null then 'cancellation'
            else 'return'
        end as line_kind,
        abs(newest.quantity) as units,
        coalesce(cancellations.sale_line_id, cancelled_sales.cancelled_by_line_id) as counterpart_line_id,
        coalesce(cancellations.sale_ordered_at, cancelled_sales.cancelled_at) as counterpart_at,
        -- A line also counts as touched when the file that cancels it lands.
        greatest(newest.landing_file_id, coalesce(cancelled_sales.taken_back_file_id, 0)) as landing_file_id

    from newest
    left join cancellations
        on newest.order_line_id = cancellations.taken_back_line_id
    left join cancelled_sales
        on newest.order_line_id = cancelled_sales.sale_line_id

)

select * from order_lines
