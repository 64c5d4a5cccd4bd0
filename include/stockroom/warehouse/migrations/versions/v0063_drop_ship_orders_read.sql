-- What readers see stands apart from staging, so that building that anew takes nothing from them.
create view ops.drop_ship_order_lines as
select
    drop_ships.po_number,
    passed.line_number,
    orders.supplier_id,
    drop_ships.channel_id,
    drop_ships.document_key,
    drop_ships.order_name,
    drop_ships.sku,
    orders.state,
    drop_ships.units as units_passed_on,
    answers.units_accepted,
    answers.units_backordered,
    answers.units_rejected,
    moves.passed_on_at,
    moves.sent_at,
    answers.first_answered_at,
    answers.first_shipped_at,
    -- A line that was struck from the order is not in its present version.
    case when orders.state = 'cancelled' then 0 else coalesce(lines.units, 0) end as units_ordered,
    coalesce(answers.units_shipped, 0) as units_shipped,
    coalesce(answers.promised_date, answers.backorder_date) as promised_date
from ops.drop_ship_lines as drop_ships
inner join ops.purchase_orders as orders on drop_ships.po_number = orders.po_number
inner join ops.purchase_order_lines as passed
    on drop_ships.po_number = passed.po_number and drop_ships.sku = passed.sku and passed.version = 1
left join ops.purchase_order_lines as lines
    on orders.po_number = lines.po_number and orders.version = lines.version and passed.line_number = lines.line_number
left join ops.purchase_order_line_answers as answers
    on passed.po_number = answers.po_number and passed.line_number = answers.line_number
left join lateral (
    select
        min(events.occurred_at) filter (where events.to_state = 'released') as passed_on_at,
        min(events.occurred_at) filter (where events.to_state = 'sent') as sent_at
    from ops.purchase_order_events as events
    where events.po_number = orders.po_number
) as moves on true;

comment on view ops.drop_ship_order_lines is
'Drop-ship orders as readers see them: one row per line that was passed on, as it stands.';
