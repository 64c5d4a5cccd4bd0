-- One row per line of a drop-ship order that its supplier has and has not sent whole, with what it says of it.
select
    orders.po_number,
    orders.supplier_id,
    drop_ships.channel_id,
    drop_ships.order_name,
    lines.sku,
    lines.units,
    answers.answered_at,
    answers.backorder_date,
    answers.promised_date,
    coalesce(answers.units_backordered, 0) as units_backordered,
    coalesce(answers.units_rejected, 0) as units_rejected,
    coalesce(answers.units_shipped, 0) as units_shipped,
    -- An event that is younger than this moment was written by another clock than the store's: then the order's day.
    coalesce(gone.sent_at, (orders.plan_date::timestamp at time zone %(time_zone)s)) as sent_at
from ops.purchase_orders as orders
inner join ops.purchase_order_lines as lines
    on orders.po_number = lines.po_number and orders.version = lines.version
inner join ops.drop_ship_lines as drop_ships on orders.po_number = drop_ships.po_number and lines.sku = drop_ships.sku
left join lateral (
    select min(events.occurred_at) as sent_at
    from ops.purchase_order_events as events
    where events.po_number = orders.po_number and events.to_state = 'released' and events.occurred_at <= %(moment)s
) as gone on true
left join ops.purchase_order_line_answers as answers
    on lines.po_number = answers.po_number and lines.line_number = answers.line_number
where
    orders.state in ('released', 'sent', 'acknowledged', 'shipped')
    and lines.units > coalesce(answers.units_shipped, 0)
order by orders.po_number, lines.line_number
