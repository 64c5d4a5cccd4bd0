with

sales_daily as (

    select * from {{ ref('fct_sales_daily') }}

    where
        sold_date < {{ as_of_date() }}
        and sold_date >= {{ add_days(as_of_date(), -90) }}

),

stock_daily as (

    select * from {{ ref('fct_stock_daily') }}

    where
        stock_date < {{ as_of_date() }}
        and stock_date >= {{ add_days(as_of_date(), -90) }}

),

positions as (

    select
        sku,
        location_id,
        available_units

    from {{ ref('fct_stock_positions') }}

),

units as (

    select
        sku,
        location_id,
        sum(case when sold_date >= {{ add_days(as_of_date(), -30) }} then units_sold else 0 end) as units_30,
        sum(case when sold_date >= {{ add_days(as_of_date(), -60) }} then units_sold else 0 end) as units_60,
        sum(units_sold) as units_90

    from sales_daily

    group by
        sku,
        location_id

),

-- A day out of stock from open to close says nothing about demand; a day that sold out does, and so does a day on which
-- nobody bought.
in_stock as (

    select
        sku,
        location_id,
        sum(case when stock_date >= {{ add_days(as_of_date(), -30) }} then 1 else 0 end) as days_in_stock_30,
        sum(case when stock_date >= {{ add_days(as_of_date(), -60) }} then 1 else 0 end) as days_in_stock_60,
        count(*) as days_in_stock_90

    from stock_daily

    where not is_out_all_day

    group by
        sku,
        location_id

),

items as (

    select
        sku,
        location_id

    from positions

    union

    select
        sku,
        location_id

    from units

),

joined as (

    select
        items.sku,
        items.location_id,
        positions.available_units,
        coalesce(units.units_30, 0) as units_30,
        coalesce(units.units_60, 0) as units_60,
        coalesce(units.units_90, 0) as units_90,
        coalesce(in_stock.days_in_stock_30, 0) as days_in_stock_30,
        coalesce(in_stock.days_in_stock_60, 0) as days_in_stock_60,
        coalesce(in_stock.days_in_stock_90, 0) as days_in_stock_90

    from items
    left join positions
        on
            items.sku = positions.sku
            and items.location_id = positions.location_id
    left join units
        on
            items.sku = units.sku
            and items.location_id = units.location_id
    left join in_stock
        on
            items.sku = in_stock.sku
            and items.location_id = in_stock.location_id

),

velocities as (

    select
        {{ as_of_date() }} as as_of_date,
        sku,
        location_id,
        cast(units_30 as integer) as units_30,
        cast(units_60 as integer) as units_60,
        cast(units_90 as integer) as units_90,
        cast(days_in_stock_30 as integer) as days_in_stock_30,
        cast(days_in_stock_60 as integer) as days_in_stock_60,
        cast(days_in_stock_90 as integer) as days_in_stock_90,
        cast(cast(units_30 as numeric(14, 4)) / nullif(days_in_stock_30, 0) as numeric(14, 4)) as units_per_day_30,
        cast(cast(units_60 as numeric(14, 4)) / nullif(days_in_stock_60, 0) as numeric(14, 4)) as units_per_day_60,
        cast(cast(units_90 as numeric(14, 4)) / nullif(days_in_stock_90, 0) as numeric(14, 4)) as units_per_day_90,
        cast(
            greatest(available_units, 0) * cast(days_in_stock_30 as numeric(14, 4)) / nullif(units_30, 0)
            as numeric(14, 1)
        ) as days_of_supply_at_velocity,
        days_in_stock_90 >= 14 as has_enough_evidence

    from joined

)

select * from velocities
