create view ops.order_receipts as
select
    receipts.landing_file_id,
    receipts.line_number,
    receipts.landed_at,
    interchanges.message_key,
    orders.po_number,
    orders.supplier_id,
    receipts.document ->> 'sender' as sender,
    receipts.document ->> 'group_kind' as group_kind,
    receipts.document ->> 'group_control' as group_control,
    receipts.document ->> 'verdict' as verdict,
    receipts.document ->> 'says' as says,
    (receipts.document ->> 'said_at')::timestamptz as said_at,
    -- Whoever can guess a number must not answer for another supplier.
    coalesce(
        receipts.document ->> 'sender' = orders.supplier_id
        or exists (
            select from ops.order_ways as ways
            where
                ways.supplier_id = orders.supplier_id
                and regexp_replace(ways.x12_address, '^[^:]*:', '') = receipts.document ->> 'sender'
        ), false
    ) as is_from_supplier
from raw.suppliers_order_receipts as receipts
left join ops.order_interchanges as interchanges
    on
        receipts.document ->> 'group_kind' = 'PO'
        and (receipts.document ->> 'group_control')::numeric = interchanges.control_number
left join ops.outbox as messages on interchanges.message_key = messages.message_key
left join ops.purchase_orders as orders on split_part(messages.subject_key, '/v', 1) = orders.po_number;

comment on view ops.order_receipts is
'One row per 997 that came in: what it says, and the message of ours that bears its number, whoever sent it.';
comment on column ops.order_receipts.message_key is
'The message that left under this number; null: none did.';
comment on column ops.order_receipts.supplier_id is
'Whose order that message was.';
comment on column ops.order_receipts.is_from_supplier is
'Whether its sender is that supplier, by its id or the X12 address that its orders go to: else it answers nothing.';
