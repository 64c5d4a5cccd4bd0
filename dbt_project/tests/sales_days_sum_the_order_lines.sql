-- What was ordered and not cancelled is in fct_sales_daily, once, whatever was incremental on the way.
with

order_lines as (

    select sum(units_ordered - units_cancelled) as units

    from {{ ref('fct_order_lines') }}

    where
        is_stock_item
        and line_kind = 'sale'

),

sales_daily as (

    select sum(units_sold) as units

    from {{ ref('fct_sales_daily') }}

)

select
    order_lines.units as units_in_lines,
    sales_daily.units as units_in_days

from order_lines
cross join sales_daily

where coalesce(order_lines.units, 0) <> coalesce(sales_daily.units, 0)
