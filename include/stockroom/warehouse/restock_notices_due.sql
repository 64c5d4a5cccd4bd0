-- One row per chosen request of which some message has not left, or failed and is tried again, and per other one for
-- its SKU of which none has and that was made before: they share the units in the order they asked. One that another
-- answers wants none.
with due as (
    select
        request_id,
        sku,
        requested_at
    from ops.restock_requests
    where request_id = any(%(request_ids)s) and state in ('chosen', 'sent', 'clicked', 'failed') and answered_by is null
),

shelves as (
    select
        sku,
        max(requested_at) as last_requested_at
    from due
    group by sku
)

select
    requests.request_id,
    requests.sku,
    requests.channel_id,
    requests.quantity,
    requests.requested_at,
    requests.shopper_id,
    0 as notices_today,
    false as can_be_held_out
from ops.restock_requests as requests
inner join shelves on requests.sku = shelves.sku
where
    requests.request_id in (select due.request_id from due)
    or requests.state = 'chosen' and requests.answered_by is null
    and requests.notified_at > %(reserved_since)s and requests.requested_at <= shelves.last_requested_at
