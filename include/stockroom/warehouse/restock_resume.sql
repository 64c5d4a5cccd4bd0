-- Puts a request back in its old place, at the wish of who holds its link; it needs an address that was confirmed.
-- Told of a restock that is still there, nobody is told again: only where it has sold out may the next wave choose it.
with wished as (
    select
        requests.request_id,
        requests.sku,
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
)

update ops.restock_requests as requests
set
    state = 'active',
    answered_by = null,
    waits_since = now(),
    notified_at = case when %(is_sold_out)s then null else requests.notified_at end,
    last_event_note = %(reason)s
where requests.request_id in (select wished.request_id from wished)
