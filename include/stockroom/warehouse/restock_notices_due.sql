-- One row per chosen request of which some message has not left, with the units that go to others first: those who
-- have been told and may still be on the way, and those who asked earlier. One that another answers promises nothing.
with told as (
    select
        requests.request_id,
        requests.sku,
        requests.quantity,
        requests.requested_at,
        exists(
            select 1 from ops.outbox
            where
                outbox.subject_key = requests.request_id and outbox.kind in ('restock_mail', 'restock_sms')
                and outbox.state = 'sent' and outbox.sent_at >= requests.notified_at
        ) as has_left
    from ops.restock_requests as requests
    inner join ops.restock_notices as notices on requests.request_id = notices.request_id
    where
        requests.state in ('chosen', 'sent', 'clicked') and requests.notified_at > %(reserved_since)s
        and requests.answered_by is null
)

select
    due.request_id,
    due.sku,
    due.channel_id,
    due.quantity,
    due.requested_at,
    due.shopper_id,
    0 as notices_today,
    coalesce(sum(told.quantity), 0)::integer as promised_units
from ops.restock_requests as due
left join told
    on
        due.sku = told.sku and due.request_id != told.request_id
        and (told.has_left or (told.requested_at, told.request_id) < (due.requested_at, due.request_id))
where due.request_id = any(%(request_ids)s) and due.state in ('chosen', 'sent') and due.answered_by is null
group by due.request_id
