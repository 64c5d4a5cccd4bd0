-- One row per active request with an e-mail address, oldest first.
with promised as (
    -- Who was told lately may still be on the way: their units are not offered to the next.
    select
        sku,
        sum(quantity) as units
    from ops.restock_requests
    where state = 'notified' and notified_at > %(reserved_since)s
    group by sku
)

select
    requests.request_id,
    requests.sku,
    requests.quantity,
    requests.requested_at,
    coalesce(promised.units, 0)::integer as promised_units
from ops.restock_requests as requests
inner join pii.shoppers as shoppers on requests.shopper_id = shoppers.shopper_id
left join promised on requests.sku = promised.sku
where
    requests.state = 'active' and shoppers.email is not null
    -- Who asked twice is told once, in the place of the first time.
    and not exists (
        select 1 from ops.restock_requests as earlier
        where
            earlier.shopper_id = requests.shopper_id and earlier.sku = requests.sku and earlier.state = 'active'
            and (earlier.requested_at, earlier.request_id) < (requests.requested_at, requests.request_id)
    )
order by requests.requested_at, requests.request_id
