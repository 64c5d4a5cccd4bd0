-- One row per item that could stand in an order of a plan: every item of a supplier, ship-to and currency of which the
-- plan orders something, or a buyer does, or for other locations. Reasons and terms come later, for those that do stand
-- in one.
with decided as (
    select
        decisions.sku,
        decisions.location_id,
        decisions.supplier_id,
        decisions.order_units,
        decisions.position_units,
        decisions.reorder_point_units,
        decisions.order_up_to_units,
        decisions.units_per_day,
        decisions.lead_time_mean_days,
        decisions.lead_time_demand_sd_units,
        decisions.loss_per_unit,
        decisions.carrying_rate,
        decisions.greatest_lot_days,
        decisions.may_add,
        inputs.category,
        inputs.pack_units,
        inputs.minimum_order_units,
        inputs.pallet_units,
        inputs.supplier_sku,
        inputs.order_unit_cost,
        inputs.order_currency,
        inputs.price_breaks
    from plan.decisions
    inner join plan.inputs
        on
            decisions.plan_date = inputs.plan_date
            and decisions.sku = inputs.sku
            and decisions.location_id = inputs.location_id
    where decisions.plan_date = %(plan_date)s and decisions.supplier_id is not null
),

wanted as (
    select distinct
        supplier_id,
        location_id,
        order_currency
    from decided
    where order_units > 0 or sku = any(%(skus)s) or location_id = any(%(places)s)
)

select decided.*
from decided
inner join wanted
    on
        decided.supplier_id = wanted.supplier_id
        and decided.location_id = wanted.location_id
        and decided.order_currency = wanted.order_currency
where decided.order_unit_cost is not null
order by
    decided.supplier_id collate "C", decided.location_id collate "C", decided.order_currency collate "C",
    decided.sku collate "C"
