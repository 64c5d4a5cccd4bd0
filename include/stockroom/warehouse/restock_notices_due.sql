-- One row per chosen request of which some message has not left, or failed and is tried again, with the units that go
-- to others first: those who have been told and may still be on the way, and those who asked earlier. One that another
-- answers promises nothing.
-- Each SKU's requests are gone through once, however many of them are due: thousands may be.
with due as (
    select
        request_id,
        sku
    from ops.restock_requests
    where request_id = any(%(request_ids)s) and state in ('chosen', 'sent', 'clicked', 'failed') and answered_by is null
),

promised as (
    select
        requests.request_id,
        requests.sku,
        requests.channel_id,
        requests.quantity,
        requests.requested_at,
        requests.shopper_id,
        case
            when notices.request_id is not null and requests.notified_at > %(reserved_since)s then requests.quantity
            else 0
        end as units,
        exists(
            select 1 from ops.outbox
            where
                outbox.subject_key = requests.request_id and outbox.kind in ('restock_mail', 'restock_sms')
                and outbox.state = 'sent' and outbox.sent_at >= requests.notified_at
        ) as has_left
    from ops.restock_requests as requests
    left join ops.restock_notices as notices on requests.request_id = notices.request_id
    where
        requests.sku in (select due.sku from due)
        and requests.answered_by is null
        and (
            requests.state in ('chosen', 'sent', 'clicked') and requests.notified_at > %(reserved_since)s
            or requests.request_id in (select due.request_id from due)
        )
),

summed as (
    select
        request_id,
        sku,
        channel_id,
        quantity,
        requested_at,
        shopper_id,
        sum(case when has_left then units else 0 end) over (partition by sku)
        - case when has_left then units else 0 end as units_that_left,
        coalesce(
            sum(case when has_left then 0 else units end) over (
                partition by sku
                order by requested_at, request_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as units_before
    from promised
)

select
    summed.request_id,
    summed.sku,
    summed.channel_id,
    summed.quantity,
    summed.requested_at,
    summed.shopper_id,
    0 as notices_today,
    false as can_be_held_out,
    (summed.units_that_left + summed.units_before)::integer as promised_units
from summed
inner join due on summed.request_id = due.request_id
