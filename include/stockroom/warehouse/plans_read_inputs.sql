-- One row per item of a plan date, as it was frozen; of one shard or of some skus where they are given.
select
    sku,
    location_id,
    supplier_id,
    category,
    units_sold,
    fraction_in_stock,
    sold_out,
    unit_price,
    unit_cost,
    on_hand_units,
    committed_units,
    backorder_units,
    on_order,
    quoted_lead_time_days,
    pack_units,
    minimum_order_units,
    promotions,
    planned_prices,
    price_breaks,
    exchange_rate,
    supplier_out_days,
    waiting_units,
    policy::text as policy
from plan.inputs
where
    plan_date = %(plan_date)s
    and (%(shard)s::integer is null or shard = %(shard)s)
    and (%(skus)s::text[] is null or sku = any(%(skus)s))
order by sku collate "C", location_id collate "C"
