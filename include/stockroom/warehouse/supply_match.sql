-- What suppliers answered and sent, brought to the lines of orders, ours and the store's own. Said late or twice it
-- gives the same rows: the newest document about a line replaces the earlier ones. What it leaves out does not come.
with order_lines as (
    select
        orders.supplier_id,
        lines.po_number,
        lines.line_number,
        lines.sku,
        lines.supplier_sku,
        lines.units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where orders.state not in ('proposed', 'waiting', 'refused')
    union all
    select
        supplier_id,
        po_number,
        line_number,
        sku,
        null as supplier_sku,
        units_ordered as units
    from marts.fct_purchase_order_lines
    where origin = 'history' and units_open > 0
),

names as (
    select * from intermediate.int_supplier_names
),

-- An order is answered by its own supplier alone, whatever number another one names.
answered_by_now as (
    select * from staging.stg_suppliers__acknowledgement_lines
    where received_at < %(moment)s
),

answers as (
    select
        answered_by_now.*,
        coalesce(names.supplier_id, answered_by_now.supplier_id) as said_by
    from answered_by_now
    left join names on answered_by_now.supplier_id = names.supplier_name
),

-- A line that names no number answers the item that it names, or all of the order.
said as (
    select
        order_lines.po_number,
        order_lines.line_number,
        order_lines.units as units_ordered,
        answers.status,
        answers.unit_price,
        answers.promised_date,
        answers.received_at,
        answers.landing_file_id,
        coalesce(answers.units, order_lines.units) as units,
        rank() over (
            partition by order_lines.po_number, order_lines.line_number
            order by answers.received_at desc, answers.landing_file_id desc
        ) as document_rank,
        min(answers.received_at) over (
            partition by order_lines.po_number, order_lines.line_number
        ) as first_answered_at
    from answers
    inner join order_lines
        on
            answers.order_number = order_lines.po_number
            and answers.said_by = order_lines.supplier_id
            and (
                answers.line_number = order_lines.line_number
                or (
                    answers.line_number is null
                    and coalesce(answers.sku, order_lines.sku) = order_lines.sku
                    and (
                        answers.sku is not null or answers.supplier_sku is null
                        or answers.supplier_sku = order_lines.supplier_sku
                    )
                )
            )
),

answered as (
    select
        po_number,
        line_number,
        min(first_answered_at) as first_answered_at,
        max(received_at) as answered_at,
        least(coalesce(sum(units) filter (where status not in ('backordered', 'rejected')), 0), max(units_ordered))
            as units_accepted,
        coalesce(sum(units) filter (where status = 'backordered'), 0) as units_backordered,
        max(units_ordered) as units_ordered,
        max(unit_price) filter (where status != 'rejected') as unit_price,
        max(promised_date) filter (where status not in ('backordered', 'rejected')) as promised_date,
        max(promised_date) filter (where status = 'backordered') as backorder_date
    from said
    where document_rank = 1
    group by po_number, line_number
),

-- The newest file about a shipment replaces the earlier ones; an item in two cartons has two rows.
sent_by_now as (
    select
        *,
        rank() over (
            partition by supplier_id, shipment_id
            order by landing_file_id desc
        ) as file_rank
    from staging.stg_suppliers__shipment_lines
    where shipped_at < %(moment)s
),

shipments as (
    select
        sent_by_now.*,
        coalesce(names.supplier_id, sent_by_now.supplier_id) as said_by
    from sent_by_now
    left join names on sent_by_now.supplier_id = names.supplier_name
),

-- Of a shipment that names no line, the first line of the item is meant.
sent as (
    select
        order_lines.po_number,
        order_lines.line_number,
        sum(shipments.units) as units_shipped,
        min(shipments.shipped_at) as first_shipped_at,
        max(shipments.expected_date) as expected_date
    from shipments
    inner join order_lines
        on
            shipments.order_number = order_lines.po_number
            and shipments.said_by = order_lines.supplier_id
            and order_lines.line_number = coalesce(
                shipments.line_number,
                (
                    select min(named.line_number) from order_lines as named
                    where
                        named.po_number = shipments.order_number
                        and (named.sku = shipments.sku or named.supplier_sku = shipments.supplier_sku)
                )
            )
    where shipments.file_rank = 1
    group by order_lines.po_number, order_lines.line_number
)

insert into ops.purchase_order_line_answers as known (
    po_number, line_number, first_answered_at, answered_at, units_accepted, units_backordered, units_rejected,
    unit_price, promised_date, backorder_date, units_shipped, first_shipped_at, expected_date
)
select
    coalesce(answered.po_number, sent.po_number) as po_number,
    coalesce(answered.line_number, sent.line_number) as line_number,
    answered.first_answered_at,
    answered.answered_at,
    answered.units_accepted,
    least(answered.units_backordered, answered.units_ordered - answered.units_accepted) as units_backordered,
    greatest(answered.units_ordered - answered.units_accepted - answered.units_backordered, 0) as units_rejected,
    answered.unit_price,
    answered.promised_date,
    answered.backorder_date,
    coalesce(sent.units_shipped, 0) as units_shipped,
    sent.first_shipped_at,
    sent.expected_date
from answered
full join sent on answered.po_number = sent.po_number and answered.line_number = sent.line_number
on conflict (po_number, line_number) do update set
    first_answered_at = excluded.first_answered_at,
    answered_at = excluded.answered_at,
    units_accepted = excluded.units_accepted,
    units_backordered = excluded.units_backordered,
    units_rejected = excluded.units_rejected,
    unit_price = excluded.unit_price,
    promised_date = excluded.promised_date,
    backorder_date = excluded.backorder_date,
    units_shipped = excluded.units_shipped,
    first_shipped_at = excluded.first_shipped_at,
    expected_date = excluded.expected_date
where (known.*) is distinct from (excluded.*)
