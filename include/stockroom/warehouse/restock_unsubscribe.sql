-- Ends requests at their shopper's wish and keeps that nothing is sent to the confirmed addresses any more: about this
-- product, or about anything. Only addresses whose owner said yes: others may have been typed by anybody.
with wished as (
    select
        requests.request_id,
        requests.sku,
        contacts.shopper_id,
        shoppers.contact_sha256
    from ops.restock_requests as requests
    left join ops.restock_request_contacts as contacts
        on requests.request_id = contacts.request_id and contacts.confirmed_at is not null
    left join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
    where requests.request_id = %(request_id)s and requests.state != 'erased'
),

suppressed as (
    insert into pii.suppressions (contact_sha256, covers, reason)
    select
        contact_sha256,
        case when %(is_everything)s then 'everything' else sku end as covers,
        'unsubscribed' as reason
    from wished
    where contact_sha256 is not null
    on conflict (contact_sha256, covers) do nothing
)

update ops.restock_requests as requests
set
    state = 'unsubscribed',
    last_event_note = case when requests.state = 'unsubscribed' then requests.last_event_note else %(reason)s end
from (
    select distinct
        request_id,
        sku,
        shopper_id
    from wished
) as ended
where
    requests.request_id = ended.request_id or (
        requests.shopper_id = ended.shopper_id and requests.state in ('pending', 'active', 'chosen')
        and (%(is_everything)s or requests.sku = ended.sku)
    )
