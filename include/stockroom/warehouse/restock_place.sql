-- One row: a request, and how many shoppers wait for the same product, before it and in all.
select
    requests.request_id,
    requests.sku,
    requests.channel_id,
    requests.state,
    requests.quantity,
    requests.requested_at,
    count(distinct peers.shopper_id) filter (
        where
        (peers.requested_at, peers.request_id) < (requests.requested_at, requests.request_id)
        and peers.shopper_id != requests.shopper_id
    )::integer as shoppers_before,
    count(distinct peers.shopper_id)::integer as shoppers_waiting
from ops.restock_requests as requests
left join ops.restock_requests as peers on requests.sku = peers.sku and peers.state = 'active'
where requests.request_id = %(request_id)s
group by requests.request_id
