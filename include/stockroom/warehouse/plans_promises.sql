-- One row per order that had a day promised and has come: how much later than that. Its first delivery is what counts.
with promised as (
    select
        po_number,
        supplier_id,
        min(promised_date) as promised_date
    from marts.fct_purchase_order_lines
    where promised_date is not null and supplier_id is not null
    group by po_number, supplier_id
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
    promised.supplier_id,
    arrived.received_date - promised.promised_date as late_days,
    %(plan_date)s - arrived.received_date as age_days
from promised
inner join arrived on promised.po_number = arrived.po_number
order by promised.supplier_id collate "C", arrived.received_date, late_days
