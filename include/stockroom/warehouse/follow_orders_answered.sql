-- One row per order of a day that was released or refused, with what its supplier says of its lines.
select
    orders.po_number,
    orders.supplier_id,
    orders.state,
    said.lines,
    said.answered_lines,
    said.short_lines,
    said.units_short,
    said.owed_lines,
    said.units_owed,
    coalesce(answered.actor, orders.changed_by) as answered_by
from ops.purchase_orders as orders
left join lateral (
    select string_agg(events.actor, ', ' order by events.event_id) as actor
    from ops.purchase_order_events as events
    where
        events.po_number = orders.po_number and events.version = orders.version
        and events.to_state in ('released', 'refused') and events.from_state in ('proposed', 'waiting')
) as answered on true
left join lateral (
    select
        count(*)::integer as lines,
        count(answers.answered_at)::integer as answered_lines,
        count(*) filter (where answers.units_rejected > 0)::integer as short_lines,
        coalesce(sum(answers.units_rejected), 0)::integer as units_short,
        count(*) filter (where answers.units_backordered > 0)::integer as owed_lines,
        coalesce(sum(answers.units_backordered), 0)::integer as units_owed
    from ops.purchase_order_lines as lines
    left join ops.purchase_order_line_answers as answers
        on lines.po_number = answers.po_number and lines.line_number = answers.line_number
    where lines.po_number = orders.po_number and lines.version = orders.version
) as said on true
where
    orders.plan_date = %(plan_date)s and orders.kind != 'drop_ship'
    and orders.state not in ('proposed', 'waiting', 'cancelled')
order by orders.po_number
