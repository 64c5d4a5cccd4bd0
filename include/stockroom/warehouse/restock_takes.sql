-- One row per category of what became of notices whose time has passed: told, followed, bought in that time, and the
-- sums from which hours to buy are learned. Shopify's orders give back the notice that they came from; WooCommerce's
-- where its order attribution is on, which the first order that names one says: before, nobody would seem to buy.
with told as (
    select
        coalesce(outcomes.category, '') as category,
        outcomes.clicked_at < outcomes.sent_at + %(reserved_for)s::interval as is_followed,
        case
            when outcomes.bought_at < outcomes.sent_at + %(reserved_for)s::interval
                -- Orders are looked at every few minutes: sooner than one is not known.
                then ln(greatest(extract(epoch from outcomes.bought_at - outcomes.sent_at) / 3600, 1.0 / 60))
        end as log_hours
    from ops.restock_outcomes as outcomes
    inner join ops.restock_requests as requests on outcomes.request_id = requests.request_id
    where
        (
            requests.channel_id = 'shopify'
            or requests.channel_id = 'woocommerce'
            and outcomes.chosen_at >= (
                select min(first_named.known_at) - %(reserved_for)s::interval
                from ops.restock_purchases as first_named
                where first_named.channel_id = 'woocommerce'
            )
        )
        and not outcomes.is_held_out
        and outcomes.sent_at is not null and outcomes.bounced_at is null
        and outcomes.chosen_at > %(learned_since)s and outcomes.chosen_at <= %(reserved_since)s
)

select
    category,
    count(*) as told,
    count(*) filter (where is_followed or log_hours is not null) as followed,
    count(log_hours) as bought,
    coalesce(sum(log_hours), 0)::float8 as log_hours,
    coalesce(sum(log_hours * log_hours), 0)::float8 as log_hours_squares
from told
group by category
order by category
