-- What was bought by notices, from orders that landed since the last look: an order that was bought by the link of a
-- notice carries its token. A later version of an order says anew what was kept of it.
with orders as (
    select distinct on (record_key)
        record_key as order_id,
        document,
        %(notice_key)s::text as notice_key
    from raw.shopify_orders
    where
        landing_file_id > %(after)s and landing_file_id <= %(upto)s
        and jsonb_typeof(document -> 'customAttributes') = 'array' and document -> 'customAttributes' != '[]'::jsonb
        and not coalesce((document ->> 'test')::boolean, false)
    order by record_key asc, landing_file_id desc, line_number desc
),

named as (
    select
        orders.order_id,
        orders.document,
        carried ->> 'value' as token
    from orders
    cross join lateral jsonb_array_elements(orders.document -> 'customAttributes') as carried
    where carried ->> 'key' = orders.notice_key
),

lines as (
    select
        outcomes.outcome_id,
        named.order_id,
        line ->> 'id' as order_line_id,
        (line ->> 'quantity')::integer as units_ordered,
        case
            when named.document ->> 'cancelledAt' is null
                then coalesce((line ->> 'currentQuantity')::integer, (line ->> 'quantity')::integer)
            else 0
        end as units_kept,
        coalesce(
            line #>> '{discountedUnitPriceSet,shopMoney,amount}', line #>> '{originalUnitPriceSet,shopMoney,amount}'
        )::numeric as unit_price,
        named.document ->> 'currencyCode' as currency,
        coalesce(named.document ->> 'processedAt', named.document ->> 'createdAt')::timestamptz as ordered_at
    from named
    inner join ops.restock_outcomes as outcomes on named.token = outcomes.cart_token
    cross join lateral jsonb_array_elements(named.document #> '{lineItems,nodes}') as line
    where upper(trim(line ->> 'sku')) = outcomes.sku
),

purchases as (
    insert into ops.restock_purchases as known (
        outcome_id, channel_id, order_id, order_line_id, found_by, units_ordered, units_kept, unit_price, currency,
        ordered_at
    )
    select distinct on (outcome_id, order_line_id)
        outcome_id,
        'shopify' as channel_id,
        order_id,
        order_line_id,
        'link' as found_by,
        units_ordered,
        units_kept,
        unit_price,
        currency,
        ordered_at
    from lines
    order by outcome_id, order_line_id
    on conflict (outcome_id, order_line_id) do update
        set units_kept = excluded.units_kept
),

units as (
    select
        outcome_id,
        sum(units_ordered) as units
    from lines
    group by outcome_id
),

outcomes as (
    update ops.restock_outcomes
    set bought_at = now()
    from units
    where restock_outcomes.outcome_id = units.outcome_id and restock_outcomes.bought_at is null
    returning restock_outcomes.request_id, units.units
),

bought as (
    update ops.restock_requests as requests
    set
        state = 'bought',
        last_event_note = 'bought ' || outcomes.units || ' by the link of the notice'
    from outcomes
    where
        (requests.request_id = outcomes.request_id or requests.answered_by = outcomes.request_id)
        and requests.state in ('chosen', 'sent', 'clicked', 'failed', 'active')
)

select count(*) as bought_notices from outcomes
