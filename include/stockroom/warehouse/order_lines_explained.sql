-- One row per line of an order in its present version, with where it stands and what the newest plan says of its item.
with newest_run as (
    select max(plan_date) as plan_date
    from plan.runs
    where decided_at is not null
),

newest as (
    select decisions.*
    from plan.decisions as decisions
    inner join newest_run on decisions.plan_date = newest_run.plan_date
),

lines as (
    select * from ops.purchase_order_lines
    where po_number = %(po_number)s and line_number = coalesce(%(wanted)s::integer, line_number)
)

select
    orders.po_number,
    orders.version,
    orders.state,
    orders.plan_date,
    lines.line_number,
    lines.sku,
    orders.supplier_id,
    orders.location_id,
    lines.units,
    lines.reason,
    lines.terms,
    answers.units_accepted,
    answers.units_backordered,
    answers.units_rejected,
    answers.answered_at,
    answers.backorder_date,
    answers.units_shipped,
    odds.chance_by_due,
    odds.due_date,
    newest.plan_date as newest_plan_date,
    newest.order_units as newest_order_units,
    newest.terms as newest_terms,
    coalesce(skus.title, lines.sku) as title,
    coalesce(suppliers.name, orders.supplier_id) as supplier_name
from ops.purchase_orders as orders
inner join lines
    on orders.po_number = lines.po_number and orders.version = lines.version
left join marts.dim_skus as skus on lines.sku = skus.sku
left join marts.dim_suppliers as suppliers on orders.supplier_id = suppliers.supplier_id
left join ops.purchase_order_line_answers as answers
    on lines.po_number = answers.po_number and lines.line_number = answers.line_number
left join lateral (
    select
        arrival_odds.chance_by_due,
        arrival_odds.due_date
    from plan.arrival_odds
    where arrival_odds.po_number = lines.po_number and arrival_odds.line_number = lines.line_number
    order by arrival_odds.as_of_date desc
    limit 1
) as odds on true
left join newest
    on lines.sku = newest.sku and orders.location_id = newest.location_id and orders.plan_date < newest.plan_date
order by lines.line_number
