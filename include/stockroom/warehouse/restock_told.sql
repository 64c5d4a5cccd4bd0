-- One row per SKU, quantity and minute of who was told within the promise time and is still counted on, or has bought.
-- A message that has not left counts from now on, where such are not left out. Without whoever is looked at now.
with told as (
    select
        requests.sku,
        requests.quantity,
        coalesce(
            greatest(
                0, floor(extract(epoch from %(now)s - least(outcomes.sent_at, %(now)s)) / 60)
            ),
            0
        ) as minutes,
        requests.state = 'bought' as has_bought,
        outcomes.found_sold_out_at is not null as found_sold_out
    from ops.restock_requests as requests
    left join ops.restock_outcomes as outcomes
        on requests.request_id = outcomes.request_id and requests.wave_id = outcomes.wave_id
    where
        requests.sku = any(%(skus)s) and requests.answered_by is null
        and requests.state in ('chosen', 'sent', 'clicked', 'bought')
        and requests.notified_at > %(reserved_since)s
        and requests.request_id != all(%(but)s) and (requests.state != 'chosen' or not %(have_left)s)
)

select
    sku,
    quantity,
    count(*) as people,
    (minutes / 60.0)::float8 as hours,
    count(*) filter (where has_bought) as bought,
    count(*) filter (where found_sold_out) as found_sold_out
from told
group by sku, quantity, minutes
order by sku, minutes, quantity
