-- Requests of incoming_requests (one row per request and address) that are not known yet, with their shoppers.
-- The shop vouches for the addresses of its own list: they count as confirmed.
with new_requests as (
    select distinct on (incoming_requests.request_id, incoming_requests.medium) incoming_requests.*
    from incoming_requests
    left join ops.restock_requests as known on incoming_requests.request_id = known.request_id
    where known.request_id is null
    order by incoming_requests.request_id, incoming_requests.medium, incoming_requests.requested_at
),

newest_contacts as (  -- one row per address, with the consent given last
    select distinct on (contact_sha256)
        contact_sha256,
        email,
        phone,
        consent_version
    from new_requests
    order by contact_sha256 asc, requested_at desc
),

shoppers as (
    insert into pii.shoppers (email, phone, contact_sha256, consent_version)
    select
        email,
        phone,
        contact_sha256,
        consent_version
    from newest_contacts
    on conflict (contact_sha256) do update set consent_version = excluded.consent_version
    returning shopper_id, contact_sha256
),

contacts as (
    insert into ops.restock_request_contacts (request_id, medium, shopper_id, asked_at, confirmed_at)
    select
        new_requests.request_id,
        new_requests.medium,
        shoppers.shopper_id,
        new_requests.requested_at as asked_at,
        new_requests.requested_at as confirmed_at
    from new_requests
    inner join shoppers on new_requests.contact_sha256 = shoppers.contact_sha256
    on conflict (request_id, medium) do nothing
)

insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state, last_event_note)
select distinct on (new_requests.request_id)
    new_requests.request_id,
    shoppers.shopper_id,
    new_requests.sku,
    new_requests.quantity,
    new_requests.requested_at,
    'active' as state,
    'asked in a file of the shop' as last_event_note
from new_requests
inner join shoppers on new_requests.contact_sha256 = shoppers.contact_sha256
order by new_requests.request_id, new_requests.medium
on conflict (request_id) do nothing
