-- One row per item that a plan orders: what it decided, and how the item was bought when its inputs were frozen.
select
    decided.sku,
    decided.location_id,
    decided.supplier_id,
    decided.order_units,
    decided.lead_time_mean_days,
    decided.reason,
    given.pack_units,
    given.supplier_sku,
    given.order_unit_cost,
    given.order_currency,
    given.price_breaks,
    decided.terms::text as terms_json
from plan.decisions as decided
inner join plan.inputs as given
    on decided.plan_date = given.plan_date and decided.sku = given.sku and decided.location_id = given.location_id
where decided.plan_date = %(plan_date)s and decided.order_units > 0
order by decided.sku collate "C", decided.location_id collate "C"
