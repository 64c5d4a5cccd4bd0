-- Puts a request back in its old place, at the wish of who holds its link; it needs an address that was confirmed.
-- Told of a restock that is still there, nobody is told again: only where it has sold out, or where nothing of the
-- notice had left, may the next wave choose it. What waits of the last wave goes: the next one brings its own.
with wished as (
    select
        requests.request_id,
        requests.sku,
        requests.wave_id,
        shoppers.contact_sha256
    from ops.restock_requests as requests
    inner join ops.restock_request_contacts as contacts
        on requests.request_id = contacts.request_id and contacts.confirmed_at is not null
    inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
    where
        requests.request_id = %(request_id)s
        and requests.state in ('unsubscribed', 'expired', 'sent', 'clicked', 'failed')
),

lifted as (
    delete from pii.suppressions
    using wished
    where
        suppressions.contact_sha256 = wished.contact_sha256
        and suppressions.reason = 'unsubscribed' and suppressions.covers in ('everything', wished.sku)
),

waiting as (
    select message_key
    from ops.outbox
    where
        kind in ('restock_mail', 'restock_sms') and subject_key in (select wished.request_id from wished)
        and state in ('pending', 'failed')
    for update skip locked
),

withdrawn_messages as (
    delete from ops.outbox
    where message_key in (select waiting.message_key from waiting)
),

resolved as (
    update ops.exceptions set resolved_at = now()
    where exception_key in (select 'outbox/' || waiting.message_key from waiting) and resolved_at is null
),

untold as (
    delete from ops.restock_outcomes as outcomes
    where
        exists (
            select 1 from wished
            where wished.request_id = outcomes.request_id and wished.wave_id = outcomes.wave_id
        )
        and outcomes.sent_at is null and not outcomes.is_held_out
        and not exists (
            select 1 from ops.outbox
            where
                outbox.subject_key = outcomes.request_id and outbox.kind in ('restock_mail', 'restock_sms')
                and outbox.message_key like '%%/' || outcomes.wave_id
                and (outbox.path is not null or outbox.state in ('pending', 'failed', 'sending'))
                and outbox.message_key not in (select waiting.message_key from waiting)
        )
    returning outcomes.request_id
)

update ops.restock_requests as requests
set
    state = 'active',
    answered_by = null,
    waits_since = now(),
    notified_at = case
        when %(is_sold_out)s or requests.request_id in (select untold.request_id from untold) then null
        else requests.notified_at
    end,
    -- Its shopper, or anybody who typed the address, may have asked again meanwhile: that request keeps the key.
    asked_key = case
        when
            not exists (
                select 1 from ops.restock_requests as twins
                where twins.asked_key = requests.asked_key and twins.state in ('pending', 'active')
            )
            then requests.asked_key
    end,
    last_event_note = %(reason)s
where requests.request_id in (select wished.request_id from wished)
