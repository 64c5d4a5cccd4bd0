-- What was bought by notices, from orders that landed since the last look: an order that was bought by the link of a
-- notice carries its token, one from a browser that asked may carry that browser's number: it counts within a week of
-- the request's turn, whether that was told or held out. A later version of an order says anew what was kept of it.
-- WooCommerce notes from which campaign's link a visit came, and for months: an order counts within that week there.
with orders as (
    select distinct on (record_key)
        record_key as order_id,
        document
    from raw.shopify_orders
    where
        landing_file_id > %(shopify_after)s and landing_file_id <= %(shopify_upto)s
        and jsonb_typeof(document -> 'customAttributes') = 'array' and document -> 'customAttributes' != '[]'::jsonb
        and not coalesce((document ->> 'test')::boolean, false)
    order by record_key asc, landing_file_id desc, line_number desc
),

named as (
    select
        orders.order_id,
        orders.document,
        carried ->> 'key' as token_key,
        carried ->> 'value' as token,
        coalesce(orders.document ->> 'processedAt', orders.document ->> 'createdAt')::timestamptz as ordered_at
    from orders
    cross join lateral jsonb_array_elements(orders.document -> 'customAttributes') as carried
    where carried ->> 'key' in (%(notice_key)s, %(browser_key)s)
),

brought as (
    select
        named.*,
        outcomes.outcome_id,
        outcomes.sku,
        'link' as found_by
    from named
    inner join ops.restock_outcomes as outcomes on named.token = outcomes.cart_token
    where named.token_key = %(notice_key)s
    union all
    select
        named.*,
        outcomes.outcome_id,
        outcomes.sku,
        'browser' as found_by
    from named
    inner join ops.restock_browsers as browsers
        on encode(sha256(convert_to(named.token, 'UTF8')), 'hex') = browsers.browser_sha256
    inner join ops.restock_outcomes as outcomes on browsers.request_id = outcomes.request_id and outcomes.is_measured
    where
        named.token_key = %(browser_key)s and named.ordered_at >= outcomes.chosen_at
        and named.ordered_at < outcomes.chosen_at + %(measured_for)s::interval
),

woo_orders as (
    select distinct on (record_key)
        record_key as order_id,
        document,
        (document ->> 'date_created_gmt')::timestamp at time zone 'UTC' as ordered_at,
        jsonb_path_query_first(
            document, '$.meta_data[*] ? (@.key == $key).value', jsonb_build_object('key', %(woocommerce_key)s::text)
        ) #>> '{}' as token
    from raw.woocommerce_orders
    where
        landing_file_id > %(woocommerce_after)s and landing_file_id <= %(woocommerce_upto)s
        and document -> 'meta_data' @> %(woocommerce_source)s::jsonb
        -- Not paid for: it may never be.
        and document ->> 'status' not in ('pending', 'failed', 'checkout-draft', 'trash')
    order by record_key asc, landing_file_id desc, line_number desc
),

woo_brought as (
    select
        woo_orders.*,
        outcomes.outcome_id,
        outcomes.sku
    from woo_orders
    inner join ops.restock_outcomes as outcomes on woo_orders.token = outcomes.cart_token
    where woo_orders.ordered_at < outcomes.chosen_at + %(measured_for)s::interval
),

-- Refunds count their units below zero.
woo_returned as (
    select
        woo_orders.order_id,
        named ->> 'value' as order_line_id,
        sum((returned ->> 'quantity')::integer) as units
    from woo_orders
    cross join lateral jsonb_path_query(woo_orders.document, '$.refund_records[*].line_items[*]') as returned
    cross join lateral jsonb_array_elements(returned -> 'meta_data') as named
    where named ->> 'key' = '_refunded_item_id'
    group by woo_orders.order_id, named ->> 'value'
),

lines as (
    select
        'shopify' as channel_id,
        brought.outcome_id,
        brought.found_by,
        brought.order_id,
        brought.ordered_at,
        line ->> 'id' as order_line_id,
        (line ->> 'quantity')::integer as units_ordered,
        case
            when brought.document ->> 'cancelledAt' is null
                then coalesce((line ->> 'currentQuantity')::integer, (line ->> 'quantity')::integer)
            else 0
        end as units_kept,
        coalesce(
            line #>> '{discountedUnitPriceSet,shopMoney,amount}', line #>> '{originalUnitPriceSet,shopMoney,amount}'
        )::numeric as unit_price,
        brought.document ->> 'currencyCode' as currency
    from brought
    cross join lateral jsonb_array_elements(brought.document #> '{lineItems,nodes}') as line
    where upper(trim(line ->> 'sku')) = brought.sku
    union all
    select
        'woocommerce' as channel_id,
        woo_brought.outcome_id,
        'link' as found_by,
        woo_brought.order_id,
        woo_brought.ordered_at,
        line ->> 'id' as order_line_id,
        (line ->> 'quantity')::integer as units_ordered,
        case
            when woo_brought.document ->> 'status' in ('cancelled', 'refunded') then 0
            else greatest(0, (line ->> 'quantity')::integer + coalesce(woo_returned.units, 0))
        end as units_kept,
        (line ->> 'total')::numeric / nullif((line ->> 'quantity')::integer, 0) as unit_price,
        woo_brought.document ->> 'currency' as currency
    from woo_brought
    cross join lateral jsonb_array_elements(woo_brought.document -> 'line_items') as line
    left join woo_returned
        on woo_brought.order_id = woo_returned.order_id and line ->> 'id' = woo_returned.order_line_id
    where upper(trim(line ->> 'sku')) = woo_brought.sku and (line ->> 'quantity')::integer > 0
),

purchases as (
    insert into ops.restock_purchases as known (
        outcome_id, channel_id, order_id, order_line_id, found_by, units_ordered, units_kept, unit_price, currency,
        ordered_at
    )
    select distinct on (outcome_id, order_line_id, found_by)
        outcome_id,
        channel_id,
        order_id,
        order_line_id,
        found_by,
        units_ordered,
        units_kept,
        unit_price,
        currency,
        ordered_at
    from lines
    order by outcome_id, order_line_id, found_by
    on conflict (outcome_id, order_line_id, found_by) do update
        set units_kept = excluded.units_kept
),

units as (
    select
        outcome_id,
        sum(units_ordered) as units
    from lines
    where found_by = 'link'
    group by outcome_id
),

outcomes as (
    update ops.restock_outcomes
    set bought_at = now()
    from units
    where restock_outcomes.outcome_id = units.outcome_id and restock_outcomes.bought_at is null
    returning restock_outcomes.request_id, units.units
),

-- Who bought in the browser waits for nothing more either, told or not.
bought_otherwise as (
    update ops.restock_requests as requests
    set
        state = 'bought',
        last_event_note = 'bought in the browser that asked'
    from ops.restock_outcomes as held
    inner join lines on held.outcome_id = lines.outcome_id and lines.found_by = 'browser'
    where
        requests.request_id = held.request_id
        and requests.state in ('chosen', 'sent', 'clicked', 'failed', 'active')
        and held.outcome_id not in (select units.outcome_id from units)
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
