-- One row per wanted item and location that has more of it than its reorder point.
with decisions as (
    select
        sku,
        location_id,
        reorder_point_units,
        (
            select (term ->> 'value')::integer
            from jsonb_array_elements(decisions.terms) as term
            where term ->> 'name' = 'available_units'
        ) as available_units
    from plan.decisions
    where plan_date = %(plan_date)s and sku = any(%(skus)s)
)

select
    sku,
    location_id,
    available_units - greatest(reorder_point_units, 0) as units
from decisions
where available_units > greatest(reorder_point_units, 0)
order by sku asc, units desc, location_id asc
