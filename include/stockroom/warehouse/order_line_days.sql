-- One row per day of an item's frozen history, the newest first.
select
    days.units_sold,
    days.sold_out,
    days.fraction_in_stock::double precision as fraction_in_stock,
    inputs.first_date + days.place::integer - 1 as frozen_date
from plan.inputs as inputs
cross join
    unnest(inputs.units_sold, inputs.fraction_in_stock, inputs.sold_out) with ordinality
        as days (units_sold, fraction_in_stock, sold_out, place)
where
    inputs.plan_date = %(plan_date)s and inputs.sku = %(sku)s and inputs.location_id = %(location_id)s
order by days.place desc
limit %(days)s
