-- Takes back mails that have not left: their requests, and those that they answered, wait on in their old place.
-- Message and notice go, so that a later restock can choose the request anew; a mail in other hands is left alone.
with waiting as (
    select message_key
    from ops.outbox
    where kind = %(kind)s and subject_key = any(%(request_ids)s) and state = 'pending'
    for update skip locked
),

withdrawn as (
    delete from ops.outbox
    where message_key in (select waiting.message_key from waiting)
    returning subject_key as request_id
),

unfrozen as (
    delete from ops.restock_notices
    where request_id in (select withdrawn.request_id from withdrawn)
),

back_in_line as (
    update ops.restock_requests as requests
    set
        state = 'active',
        notified_at = null,
        last_event_note = 'sold out again before the mail was written'
    from withdrawn
    where
        requests.state = 'notified' and (
            requests.request_id = withdrawn.request_id
            or requests.last_event_note = 'answered with request ' || withdrawn.request_id
        )
)

select count(*) as withdrawn_count from withdrawn
