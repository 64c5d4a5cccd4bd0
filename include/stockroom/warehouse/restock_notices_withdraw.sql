-- Takes back chosen requests of which nothing has left: they, and those that they answered, wait on in their old place.
-- Messages and notice go, so that a later restock can choose the request anew; a message in other hands is left alone.
with waiting as (
    select message_key
    from ops.outbox
    where
        kind in ('restock_mail', 'restock_sms') and subject_key = any(%(request_ids)s)
        and state in ('pending', 'failed')
    for update skip locked
),

withdrawn_messages as (
    delete from ops.outbox
    where message_key in (select waiting.message_key from waiting)
    returning subject_key as request_id
),

resolved as (
    update ops.exceptions set resolved_at = now()
    where exception_key in (select 'outbox/' || waiting.message_key from waiting) and resolved_at is null
),

withdrawn as (
    select distinct request_id from withdrawn_messages
),

back_in_line as (
    update ops.restock_requests as requests
    set
        state = 'active',
        notified_at = null,
        answered_by = null,
        -- Its shopper, or anybody who typed the address, may have asked again meanwhile: that request keeps the key.
        asked_key = case
            when
                not exists (
                    select 1 from ops.restock_requests as twins
                    where
                        twins.asked_key = requests.asked_key and (
                            twins.state in ('pending', 'active')
                            or twins.state in ('chosen', 'failed') and twins.request_id < requests.request_id
                        )
                )
                then requests.asked_key
        end,
        last_event_note = 'sold out again before anything was sent: the place is kept'
    from withdrawn
    where
        requests.state in ('chosen', 'failed') and (
            requests.request_id = withdrawn.request_id
            or requests.answered_by = withdrawn.request_id
        )
    returning requests.request_id
),

unfrozen as (
    delete from ops.restock_notices
    where request_id in (select back_in_line.request_id from back_in_line)
),

untold as (
    delete from ops.restock_outcomes
    where request_id in (select back_in_line.request_id from back_in_line) and sent_at is null and not is_held_out
)

select count(*) as withdrawn_count from withdrawn
