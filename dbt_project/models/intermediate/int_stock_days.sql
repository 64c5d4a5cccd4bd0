{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

movements as (

    select * from {{ ref('int_stock_movements_unioned') }}

),

levels as (

    select
        sku,
        location_id,
        available_units,
        read_at

    from {{ ref('int_stock_levels') }}

),

-- The level was read at one moment; movements after it are in our books, not in the level.
dated_movements as (

    select
        movements.sku,
        movements.location_id,
        movements.movement_kind,
        movements.units,
        levels.available_units as units_at_reading,
        {{ local_date('movements.occurred_at') }} as movement_date,
        case when movements.occurred_at <= levels.read_at then movements.units else 0 end as units_before_reading

    from movements
    inner join levels
        on
            movements.sku = levels.sku
            and movements.location_id = levels.location_id

),

movement_days as (

    select
        sku,
        location_id,
        movement_date,
        units_at_reading,
        sum(units) as units_net,
        -sum(case when movement_kind = 'sold' then units else 0 end) as units_sold,
        sum(case when movement_kind = 'received' then units else 0 end) as units_received,
        sum(units_before_reading) as units_before_reading

    from dated_movements

    group by
        sku,
        location_id,
        movement_date,
        units_at_reading

),

-- Close of day t = level when read - everything moved up to the reading + everything moved up to the close.
balances as (

    select
        sku,
        location_id,
        movement_date as stock_date,
        cast(units_sold as integer) as units_sold,
        cast(units_received as integer) as units_received,
        cast(units_net as integer) as units_net,
        cast(
            units_at_reading
            - sum(units_before_reading) over (partition by sku, location_id)
            + sum(units_net) over (
                partition by sku, location_id
                order by movement_date
                rows between unbounded preceding and current row
            ) as integer
        ) as available_units_at_close

    from movement_days

)

select * from balances
