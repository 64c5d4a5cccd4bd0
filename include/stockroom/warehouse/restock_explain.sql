-- One row per request for a SKU or of an address, oldest first, with all that decides whether it is told.
select
    requests.request_id,
    requests.sku,
    requests.channel_id,
    requests.quantity,
    requests.requested_at,
    requests.state,
    requests.last_event_note,
    requests.answered_by,
    (
        select count(*)::integer from ops.restock_request_contacts as contacts
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where contacts.request_id = requests.request_id and contacts.confirmed_at is not null
    ) as confirmed_addresses,
    (
        select string_agg(distinct suppressions.reason || ' (' || suppressions.covers || ')', ', ')
        from ops.restock_request_contacts as contacts
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        inner join pii.suppressions on shoppers.contact_sha256 = suppressions.contact_sha256
        where
            contacts.request_id = requests.request_id and contacts.confirmed_at is not null
            and suppressions.covers in ('everything', requests.sku)
    ) as suppressed_by,
    (
        select count(*)::integer from ops.restock_outcomes as outcomes
        inner join ops.restock_requests as told on outcomes.request_id = told.request_id
        where
            told.shopper_id = requests.shopper_id and not outcomes.is_held_out
            and outcomes.chosen_at > %(now)s - interval '1 day'
    ) as notices_today,
    (
        select coalesce(sum(peers.quantity), 0)::integer from ops.restock_requests as peers
        where
            peers.sku = requests.sku and peers.state = 'active'
            and (peers.requested_at, peers.request_id) < (requests.requested_at, requests.request_id)
    ) as units_wanted_before,
    exists(
        select 1 from ops.restock_requests as told
        left join ops.restock_outcomes as outcomes
            on told.request_id = outcomes.request_id and told.wave_id = outcomes.wave_id
        where
            told.shopper_id = requests.shopper_id and told.sku = requests.sku
            and told.state in ('chosen', 'sent', 'clicked', 'active')
            and told.notified_at > %(reserved_since)s
            and coalesce(outcomes.found_sold_out_at >= requests.requested_at, true)
    ) as was_told_lately,
    coalesce(switched.is_live, (select cohort.is_all from ops.cohort_in_force as cohort), true) as is_live,
    (
        select held.chosen_at + %(held_for)s::interval from ops.restock_outcomes as held
        where
            held.request_id = requests.request_id and held.is_held_out
            and held.chosen_at > %(now)s - %(held_for)s::interval
    ) as held_out_until
from ops.restock_requests as requests
left join ops.cohort_skus as switched on requests.sku = switched.sku
where
    requests.sku = %(sku)s::text or requests.request_id in (
        select contacts.request_id from ops.restock_request_contacts as contacts
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where shoppers.contact_sha256 = %(contact_sha256)s::text
    )
order by requests.requested_at, requests.request_id
