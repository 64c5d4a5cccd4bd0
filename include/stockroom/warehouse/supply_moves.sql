-- One row per order of ours that has gone further than its state says, with the state that it has come to.
with order_lines as (
    select
        orders.po_number,
        orders.kind,
        orders.state,
        lines.line_number,
        lines.units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where orders.state in ('released', 'sent', 'acknowledged', 'shipped', 'part_received')
),

arrived as (
    select
        po_number,
        line_number,
        sum(units) as units_received
    from intermediate.int_receipts
    where received_at < %(moment)s
    group by po_number, line_number
),

so_far as (
    select
        order_lines.po_number,
        order_lines.kind,
        order_lines.state,
        bool_and(coalesce(arrived.units_received, 0) >= order_lines.units) as is_received,
        bool_and(
            ops.units_open(
                order_lines.units, answers.units_rejected, answers.units_shipped, arrived.units_received
            ) = 0
        ) as is_ended,
        bool_or(coalesce(arrived.units_received, 0) > 0) as is_part_received,
        bool_or(coalesce(answers.units_shipped, 0) > 0) as is_shipped,
        bool_and(coalesce(answers.units_shipped, 0) >= order_lines.units) as is_shipped_whole,
        max(answers.answered_at) as answered_at
    from order_lines
    left join arrived
        on order_lines.po_number = arrived.po_number and order_lines.line_number = arrived.line_number
    left join ops.purchase_order_line_answers as answers
        on order_lines.po_number = answers.po_number and order_lines.line_number = answers.line_number
    group by order_lines.po_number, order_lines.kind, order_lines.state
),

reached as (
    select
        po_number,
        state,
        case
            -- What goes to a shopper is booked in nowhere.
            when kind = 'drop_ship' and is_shipped_whole then 'closed'
            when is_received then 'received'
            -- What was refused stays before people for a while, and the order open with it.
            when is_ended and answered_at < %(settled_before)s then 'closed'
            when is_part_received then 'part_received'
            when is_shipped then 'shipped'
            when answered_at is not null then 'acknowledged'
        end as reached_state
    from so_far
)

select
    po_number,
    reached_state
from reached
where reached_state != state
order by po_number
