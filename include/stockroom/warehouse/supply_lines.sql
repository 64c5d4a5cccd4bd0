-- One row per line of an order that has left and of which something is still to come, or of which more came than was
-- ordered, lately, with what was heard of it so far:
-- the store's own orders as the marts show them, ours from where they are decided, receipts up to this moment.
with our_lines as (
    select
        orders.po_number,
        lines.line_number,
        orders.supplier_id,
        orders.location_id,
        lines.sku,
        lines.units as units_ordered,
        lines.unit_cost,
        orders.currency,
        case when orders.currency = %(currency)s then 1 else orders.exchange_rate end as worth,
        orders.requested_date,
        null::date as promised_date,
        true as is_ours,
        -- An event that is younger than this moment was written by another clock than the store's: then the plan's day.
        coalesce(
            left_house.occurred_at, (orders.plan_date::timestamp at time zone %(time_zone)s)
        ) as sent_at,
        released.actor as released_by
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    left join lateral (
        select min(events.occurred_at) as occurred_at
        from ops.purchase_order_events as events
        where
            events.po_number = orders.po_number and events.version = orders.version
            and events.to_state in ('released', 'sent') and events.occurred_at <= %(moment)s
    ) as left_house on true
    left join lateral (
        select events.actor
        from ops.purchase_order_events as events
        where
            events.po_number = orders.po_number and events.to_state = 'released'
            and events.from_state in ('proposed', 'waiting')
        order by events.event_id desc
        limit 1
    ) as released on true
    where
        orders.plan_date <= %(as_of_date)s
        and orders.kind != 'drop_ship'
        and (
            orders.state in ('released', 'sent', 'acknowledged', 'shipped', 'part_received')
            or (orders.state = 'received' and orders.updated_at >= %(since)s)
        )
),

store_lines as (
    select
        po_number,
        line_number,
        supplier_id,
        location_id,
        sku,
        units_ordered,
        unit_cost,
        currency,
        exchange_rate as worth,
        requested_date,
        promised_date,
        false as is_ours,
        ordered_at as sent_at,
        null::text as released_by
    from marts.fct_purchase_order_lines
    where origin = 'history' and units_open > 0 and ordered_at < %(moment)s
),

all_lines as (
    select * from our_lines
    union all
    select * from store_lines
),

arrived as (
    select
        po_number,
        line_number,
        sum(units) as units_received,
        max(received_at) as last_received_at
    from intermediate.int_receipts
    where received_at < %(moment)s
    group by po_number, line_number
),

backorders as (
    select distinct on (po_number, line_number)
        po_number,
        line_number,
        units_backordered,
        new_promised_date,
        noted_at
    from staging.stg_suppliers__backorders
    where noted_at < %(moment)s
    order by po_number asc, line_number asc, noted_at desc, landing_file_id desc, landing_line_number desc
)

select
    all_lines.po_number,
    all_lines.line_number,
    all_lines.supplier_id,
    suppliers.lane,
    all_lines.location_id,
    all_lines.sku,
    all_lines.units_ordered,
    all_lines.unit_cost,
    all_lines.currency,
    all_lines.worth,
    all_lines.sent_at,
    all_lines.requested_date,
    all_lines.is_ours,
    all_lines.released_by,
    arrived.last_received_at,
    answers.answered_at,
    answers.unit_price as answered_price,
    answers.first_shipped_at,
    coalesce(suppliers.name, all_lines.supplier_id) as supplier_name,
    coalesce(skus.title, all_lines.sku) as title,
    coalesce(arrived.units_received, 0)::integer as units_received,
    coalesce(answers.units_rejected, 0) as units_rejected,
    coalesce(answers.units_shipped, 0) as units_shipped,
    ops.units_open(
        all_lines.units_ordered, answers.units_rejected, answers.units_shipped, arrived.units_received
    ) as units_to_come,
    -- What was said last of what comes later: in an answer to the order, or in a list of back-orders.
    coalesce(answers.units_backordered, backorders.units_backordered, 0) as units_backordered,
    coalesce(answers.backorder_date, backorders.new_promised_date) as backorder_date,
    coalesce(case when answers.units_backordered > 0 then answers.answered_at end, backorders.noted_at)
        as backordered_at,
    coalesce(answers.expected_date, answers.promised_date, all_lines.promised_date) as promised_date
from all_lines
left join arrived on all_lines.po_number = arrived.po_number and all_lines.line_number = arrived.line_number
left join backorders on all_lines.po_number = backorders.po_number and all_lines.line_number = backorders.line_number
left join ops.purchase_order_line_answers as answers
    on all_lines.po_number = answers.po_number and all_lines.line_number = answers.line_number
left join marts.dim_suppliers as suppliers on all_lines.supplier_id = suppliers.supplier_id
left join marts.dim_skus as skus on all_lines.sku = skus.sku
where
    all_lines.units_ordered > coalesce(arrived.units_received, 0)
    or (all_lines.units_ordered < arrived.units_received and arrived.last_received_at >= %(since)s)
order by all_lines.po_number, all_lines.line_number
