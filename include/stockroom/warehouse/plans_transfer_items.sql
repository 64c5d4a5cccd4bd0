-- One row per location of each sku that a plan orders at a place which others can send to.
with decided as (
    select
        decisions.sku,
        decisions.location_id,
        decisions.order_units,
        decisions.position_units,
        decisions.reorder_point_units,
        decisions.order_up_to_units,
        decisions.units_per_day,
        decisions.lead_time_mean_days,
        decisions.lead_time_demand_sd_units,
        decisions.carrying_rate,
        decisions.loss_per_unit,
        inputs.unit_cost,
        inputs.pack_units,
        inputs.minimum_order_units,
        inputs.on_hand_units - inputs.committed_units - inputs.backorder_units as available_units
    from plan.decisions
    inner join plan.inputs
        on
            decisions.plan_date = inputs.plan_date
            and decisions.sku = inputs.sku
            and decisions.location_id = inputs.location_id
    where decisions.plan_date = %(plan_date)s and inputs.unit_cost is not null
),

wanted as (
    select distinct sku
    from decided
    where order_units > 0 and location_id = any(%(locations)s)
)

select decided.*
from decided
inner join wanted on decided.sku = wanted.sku
order by decided.sku collate "C", decided.location_id collate "C"
