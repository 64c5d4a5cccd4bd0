-- Notes that the owners of a request's addresses said yes; from the first of them on it waits in line.
-- A fresh yes to a product takes back that the same address was unsubscribed from it, and nothing else. Where only a
-- form says yes it takes back nothing, nor confirms what was unsubscribed.
with suppressed as (
    select contacts.shopper_id
    from ops.restock_request_contacts as contacts
    inner join ops.restock_requests as requests on contacts.request_id = requests.request_id
    inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
    inner join pii.suppressions as suppressions
        on
            shoppers.contact_sha256 = suppressions.contact_sha256
            and suppressions.covers in ('everything', requests.sku)
    where contacts.request_id = %(request_id)s
),

confirmed as (
    update ops.restock_request_contacts as contacts
    set confirmed_at = now()
    from ops.restock_requests as requests
    where
        contacts.request_id = %(request_id)s and contacts.medium = any(%(media)s) and contacts.confirmed_at is null
        and contacts.request_id = requests.request_id and requests.state in ('pending', 'active')
        and (%(lifts)s or contacts.shopper_id not in (select suppressed.shopper_id from suppressed))
    returning contacts.request_id, contacts.shopper_id, contacts.medium, requests.sku
),

lifted as (
    delete from pii.suppressions
    using confirmed
    inner join pii.shoppers as shoppers on confirmed.shopper_id = shoppers.shopper_id
    where
        %(lifts)s and suppressions.contact_sha256 = shoppers.contact_sha256
        and suppressions.reason = 'unsubscribed' and suppressions.covers in ('everything', confirmed.sku)
),

owners as (
    select distinct on (people.request_id)
        people.request_id,
        people.shopper_id
    from (
        select
            request_id,
            shopper_id,
            medium
        from confirmed
        union all
        select
            request_id,
            shopper_id,
            medium
        from ops.restock_request_contacts
        where request_id = %(request_id)s and confirmed_at is not null
    ) as people
    where exists (select 1 from confirmed)
    order by people.request_id asc, people.medium asc
)

update ops.restock_requests as requests
set
    state = 'active',
    shopper_id = owners.shopper_id,
    last_event_note = case requests.state when 'pending' then %(reason)s else requests.last_event_note end
from owners
where requests.request_id = owners.request_id and requests.state in ('pending', 'active')
