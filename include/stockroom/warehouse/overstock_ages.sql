-- How long the units here have lain if the oldest leave first: the newest receipts are what is left.
with here as (
    select
        sku,
        location_id,
        on_hand_units,
        first_date
    from plan.inputs
    where plan_date = %(plan_date)s and on_hand_units > 0
),

receipts as (
    select
        here.sku,
        here.location_id,
        here.on_hand_units,
        days.units_received as units,
        %(plan_date)s - days.stock_date as age_days,
        sum(days.units_received) over (
            partition by here.sku, here.location_id
            order by days.stock_date desc
        ) - days.units_received as newer_units
    from here
    inner join marts.fct_stock_daily as days
        on here.sku = days.sku and here.location_id = days.location_id
    where days.units_received > 0 and days.stock_date < %(plan_date)s
),

left_of_receipts as (
    select
        sku,
        location_id,
        sum(least(units, greatest(on_hand_units - newer_units, 0))) as units,
        sum(least(units, greatest(on_hand_units - newer_units, 0)) * age_days) as unit_days
    from receipts
    group by sku, location_id
),

-- What no receipt explains was there from the first day on.
ages as (
    select
        here.sku,
        here.location_id,
        (
            coalesce(known.unit_days, 0)
            + (here.on_hand_units - coalesce(known.units, 0))
            * (%(plan_date)s - coalesce(here.first_date, %(plan_date)s))
        )::double precision / here.on_hand_units as stock_age_days
    from here
    left join left_of_receipts as known on here.sku = known.sku and here.location_id = known.location_id
)

update plan.excess
set stock_age_days = ages.stock_age_days
from ages
where
    plan.excess.plan_date = %(plan_date)s
    and plan.excess.sku = ages.sku
    and plan.excess.location_id = ages.location_id
