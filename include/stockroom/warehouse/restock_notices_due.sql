-- One row per chosen request whose mail has not left, with the units that go to others first: those whose mail has left
-- and who may still be on the way, and those who asked earlier. A request that another one answers promises nothing.
with told as (
    select
        requests.request_id,
        requests.sku,
        requests.quantity,
        requests.requested_at,
        outbox.state = 'sent' as has_left
    from ops.restock_requests as requests
    inner join ops.restock_notices as notices on requests.request_id = notices.request_id
    inner join ops.outbox as outbox on requests.request_id = outbox.subject_key and outbox.kind = %(kind)s
    where requests.state = 'notified' and requests.notified_at > %(reserved_since)s
)

select
    due.request_id,
    due.sku,
    due.quantity,
    due.requested_at,
    coalesce(sum(told.quantity), 0)::integer as promised_units
from ops.restock_requests as due
left join told
    on
        due.sku = told.sku and due.request_id != told.request_id
        and (told.has_left or (told.requested_at, told.request_id) < (due.requested_at, due.request_id))
where due.request_id = any(%(request_ids)s) and due.state = 'notified'
group by due.request_id, due.sku, due.quantity, due.requested_at
