with said as (
    select distinct on (interchanges.message_key)
        interchanges.message_key,
        receipts.document ->> 'verdict' as answer_code,
        receipts.document ->> 'says' as answer_says,
        (receipts.document ->> 'said_at')::timestamptz as said_at
    from raw.suppliers_order_receipts as receipts
    inner join ops.order_interchanges as interchanges
        on
            receipts.document ->> 'group_kind' = 'PO'
            and (receipts.document ->> 'group_control')::numeric = interchanges.control_number
    inner join ops.outbox on interchanges.message_key = outbox.message_key
    inner join ops.purchase_orders as orders on split_part(outbox.subject_key, '/v', 1) = orders.po_number
    -- Whoever can guess a number must not answer for another supplier.
    where
        receipts.document ->> 'sender' = orders.supplier_id
        or exists (
            select from ops.order_ways as ways
            where
                ways.supplier_id = orders.supplier_id
                and regexp_replace(ways.x12_address, '^[^:]*:', '') = receipts.document ->> 'sender'
        )
    order by
        interchanges.message_key asc,
        said_at desc,
        receipts.landing_file_id desc,
        receipts.line_number desc
)

update ops.order_interchanges as interchanges set
    is_accepted = said.answer_code in ('A', 'E'),
    answered_at = said.said_at,
    answer_code = said.answer_code,
    answer_says = said.answer_says
from said
where
    interchanges.message_key = said.message_key
    -- What comes again keeps the time at which it was first said.
    and (interchanges.answer_code, interchanges.answer_says) is distinct from (said.answer_code, said.answer_says)
