-- One row per decided SKU and location of the plan. A person who has since refused an order has answered for its lines.
select
    decided.sku,
    decided.location_id,
    decided.forecast_units_per_day,
    decided.reason,
    decided.reorder_point_units::float8,
    case
        when decided.order_units > 0
            then greatest(decided.order_up_to_units - decided.position_units - decided.order_units, 0)
        else 0
    end::float8 as units_short_after_order,
    mod(decided.order_units, greatest(given.pack_units, 1))::float8 as units_beyond_packs,
    -- At the pace at which the item sells, when it does: one that has stopped is kept for its coming back.
    case
        when decided.order_units > greatest(given.minimum_order_units, given.pack_units)
            then decided.order_units / nullif(
                coalesce(
                    jsonb_path_query_first(
                        decided.terms, '$[*] ? (@.name == "forecast_units_per_day").value'
                    )::float8,
                    decided.forecast_units_per_day
                ),
                0
            )
    end as days_of_cover_ordered
from plan.decisions as decided
inner join plan.inputs as given
    on decided.plan_date = given.plan_date and decided.sku = given.sku and decided.location_id = given.location_id
where
    decided.plan_date = %(as_of_date)s
    and not exists (
        select 1 from ops.purchase_orders as refused
        inner join ops.purchase_order_lines as lines
            on refused.po_number = lines.po_number and refused.version = lines.version
        inner join plan.runs on decided.plan_date = runs.plan_date and refused.updated_at > runs.decided_at
        where
            refused.state = 'refused'
            and lines.sku = decided.sku
            and refused.location_id = decided.location_id
    )
