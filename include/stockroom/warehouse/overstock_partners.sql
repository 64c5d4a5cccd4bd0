-- One row per overstocked sku that shoppers really buy together with a faster mover: the pair with the most orders.
-- Each order counts once however many lines it has; the largest ones are a trader's and say nothing.
with baskets as (
    select
        channel_id,
        order_id,
        sku
    from marts.fct_order_lines
    where
        sku is not null
        and line_kind = 'sale'
        and ordered_date >= %(since)s
        and ordered_date < %(plan_date)s
    group by channel_id, order_id, sku
),

sizes as (
    select
        channel_id,
        order_id,
        count(*) as skus
    from baskets
    group by channel_id, order_id
),

small as (
    select baskets.*
    from baskets
    inner join sizes on baskets.channel_id = sizes.channel_id and baskets.order_id = sizes.order_id
    where sizes.skus <= %(largest_basket)s
),

bought as (
    select
        sku,
        count(*) as orders
    from small
    group by sku
),

counted as (
    select count(*) as orders
    from sizes
    where skus <= %(largest_basket)s
),

pairs as (
    select
        here.sku,
        beside.sku as with_sku,
        count(*) as together
    from small as here
    inner join small as beside
        on here.channel_id = beside.channel_id and here.order_id = beside.order_id and here.sku <> beside.sku
    where here.sku = any(%(skus)s)
    group by here.sku, beside.sku
    having count(*) >= %(least_together)s
),

lifts as (
    select
        pairs.sku,
        pairs.with_sku,
        pairs.together,
        pairs.together * counted.orders::double precision / (own.orders * partners.orders) as lift
    from pairs
    cross join counted
    inner join bought as own on pairs.sku = own.sku
    inner join bought as partners on pairs.with_sku = partners.sku
    inner join marts.dim_skus as skus on pairs.with_sku = skus.sku and coalesce(skus.is_active, true)
    -- A bundle lends the demand of what sells to what does not.
    where partners.orders >= %(faster_times)s * own.orders
),

ranked as (
    select
        *,
        row_number() over (partition by sku order by together desc, lift desc, with_sku asc) as place
    from lifts
    where lift >= %(least_lift)s
)

select
    sku,
    with_sku,
    lift,
    together
from ranked
where place = 1
