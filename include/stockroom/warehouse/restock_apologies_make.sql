-- Ends requests that waited too long, or whose product is gone for good, and makes a mail for whoever can be reached:
-- one a shopper and product, of so many products at once, the newest first. Who asked long before, or could have it
-- now, is left in peace.
with ended as (
    update ops.restock_requests as requests
    set
        state = 'expired',
        last_event_note = case
            when requests.sku = any(%(gone)s) then 'discontinued' else 'waited too long'
        end
    where
        requests.state = 'active'
        and (
            requests.sku = any(%(gone)s)
            or coalesce(requests.waits_since, requests.requested_at) < %(made_before)s
        )
    returning
        requests.request_id,
        requests.shopper_id,
        requests.sku,
        requests.channel_id || '/' || requests.sku as listing_key,
        requests.requested_at,
        requests.last_event_note as reason,
        coalesce(requests.waits_since, requests.requested_at) as waits_since
),

reachable as (
    select
        ended.*,
        row_number() over (partition by ended.shopper_id, ended.sku order by ended.requested_at desc) as repetition
    from ended
    inner join ops.restock_request_contacts as contacts
        on ended.request_id = contacts.request_id and contacts.medium = 'email' and contacts.confirmed_at is not null
    inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
    where
        ended.waits_since > %(asked_after)s
        and ended.listing_key != all(%(in_stock)s)
        and not exists (
            select 1 from pii.suppressions
            where
                suppressions.contact_sha256 = shoppers.contact_sha256
                and suppressions.covers in ('everything', ended.sku)
        )
),

newest as (
    select
        request_id,
        sku,
        listing_key,
        reason,
        row_number() over (partition by shopper_id order by requested_at desc, request_id asc) as place
    from reachable
    where repetition = 1
),

made as (
    insert into ops.restock_apologies (request_id, reason, title, alternatives)
    select
        newest.request_id,
        newest.reason,
        coalesce(%(titles)s::jsonb ->> newest.listing_key, newest.sku) as title,
        coalesce(%(alternatives)s::jsonb -> newest.listing_key, '[]'::jsonb) as alternatives
    from newest
    where newest.place <= %(at_once)s
    on conflict (request_id) do update
        set
            reason = excluded.reason,
            title = excluded.title,
            alternatives = excluded.alternatives,
            made_at = now()
    returning request_id, made_at
),

messages as (
    insert into ops.outbox (message_key, kind, subject_key, state)
    select
        'sorry_mail/' || made.request_id || '/' || to_char(made.made_at, 'YYYY-MM-DD') as message_key,
        'sorry_mail' as kind,
        made.request_id as subject_key,
        'pending' as state
    from made
    on conflict (message_key) do nothing
)

select
    (select count(*) from ended) as ended_requests,
    (select count(*) from made) as apologies
