-- Deletes the addresses of a request that their owner confirmed, or the one of a medium, and ends whatever else was
-- asked with them. The requests stay as numbers: how many people waited is still known, who they were is not.
with forgotten as (
    delete from pii.shoppers
    where
        shopper_id in (
            select contacts.shopper_id from ops.restock_request_contacts as contacts
            where
                contacts.request_id = %(request_id)s
                and case
                    when %(medium)s::text is null then contacts.confirmed_at is not null
                    else contacts.medium = %(medium)s
                end
        )
    returning shopper_id
),

ended as (
    select contacts.request_id
    from ops.restock_request_contacts as contacts
    where
        contacts.shopper_id in (select forgotten.shopper_id from forgotten)
        and not exists (
            select 1 from ops.restock_request_contacts as peers
            inner join pii.shoppers as known on peers.shopper_id = known.shopper_id
            where
                peers.request_id = contacts.request_id and peers.confirmed_at is not null
                and peers.shopper_id not in (select forgotten.shopper_id from forgotten)
        )
)

update ops.restock_requests as requests
set
    state = 'erased',
    last_event_note = %(reason)s
where requests.request_id in (select ended.request_id from ended) and requests.state != 'erased'
