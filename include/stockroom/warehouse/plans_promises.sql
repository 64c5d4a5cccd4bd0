-- One row per order that had a day named and has come: how much later than that. Its first delivery is what counts.
-- A supplier names a day when it takes an order (promised), and another one when it sends the goods (sent).
with named as (
    select
        po_number,
        supplier_id,
        'promised' as said,
        min(promised_date) as named_date
    from marts.fct_purchase_order_lines
    where promised_date is not null and supplier_id is not null
    group by po_number, supplier_id
    union all
    select
        answers.po_number,
        orders.supplier_id,
        'sent' as said,
        min(answers.expected_date) as named_date
    from ops.purchase_order_line_answers as answers
    inner join ops.purchase_orders as orders on answers.po_number = orders.po_number
    where orders.kind != 'drop_ship' and answers.expected_date is not null and answers.first_shipped_at < %(cut_off)s
    group by answers.po_number, orders.supplier_id
),

arrived as (
    select
        po_number,
        (min(received_at) at time zone %(time_zone)s)::date as received_date
    from marts.fct_supplier_lead_times
    where not is_open and received_at < %(cut_off)s
    group by po_number
)

select
    named.said,
    named.supplier_id,
    arrived.received_date - named.named_date as late_days,
    %(plan_date)s - arrived.received_date as age_days
from named
inner join arrived on named.po_number = arrived.po_number
order by named.said, named.supplier_id collate "C", arrived.received_date, late_days
