-- One row per active request that can be answered, oldest first: some confirmed address of it is not suppressed.
with told_today as (
    -- Also those whose shopper waits on meanwhile: a notice was a notice.
    select
        requests.shopper_id,
        count(*) as notices
    from ops.restock_outcomes as outcomes
    inner join ops.restock_requests as requests on outcomes.request_id = requests.request_id
    where outcomes.chosen_at > %(now)s - interval '1 day' and not outcomes.is_held_out
    group by requests.shopper_id
)

select
    requests.request_id,
    requests.sku,
    requests.channel_id,
    requests.quantity,
    requests.requested_at,
    requests.shopper_id,
    coalesce(told_today.notices, 0)::integer as notices_today,
    exists (
        select 1 from ops.restock_browsers as browsers
        where browsers.request_id = requests.request_id
    ) and not exists (
        select 1 from ops.restock_outcomes as outcomes
        where outcomes.request_id = requests.request_id
    ) as can_be_held_out
from ops.restock_requests as requests
left join told_today on requests.shopper_id = told_today.shopper_id
left join ops.cohort_skus as switched on requests.sku = switched.sku
where
    requests.state = 'active'
    -- Of a SKU that is only watched nobody is told.
    and coalesce(switched.is_live, (select cohort.is_all from ops.cohort_in_force as cohort), true)
    and exists (
        select 1 from ops.restock_request_contacts as contacts
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where
            contacts.request_id = requests.request_id and contacts.confirmed_at is not null
            and not exists (
                select 1 from pii.suppressions
                where
                    suppressions.contact_sha256 = shoppers.contact_sha256
                    and suppressions.covers in ('everything', requests.sku)
            )
    )
    and not exists (
        select 1 from ops.restock_outcomes as held
        where held.request_id = requests.request_id and held.is_held_out and held.chosen_at > %(held_since)s
    )
    -- Who asked twice is told once, in the place of the first time; who was told of this restock is not told again, but
    -- for whoever found it sold out and asked anew.
    and not exists (
        select 1 from ops.restock_requests as peers
        left join ops.restock_outcomes as outcomes
            on peers.request_id = outcomes.request_id and peers.wave_id = outcomes.wave_id
        where
            peers.shopper_id = requests.shopper_id and peers.sku = requests.sku
            and (
                peers.state in ('chosen', 'sent', 'clicked', 'active')
                and peers.notified_at > %(reserved_since)s
                and coalesce(outcomes.found_sold_out_at >= requests.requested_at, true)
                or peers.state = 'active'
                and (peers.requested_at, peers.request_id) < (requests.requested_at, requests.request_id)
            )
    )
order by requests.requested_at, requests.request_id
