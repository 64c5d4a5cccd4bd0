-- One row per order line of a stock item landed after the last passed gate. What cannot be cast is null, and fails as such.
with shopify as (
    select
        landed.landing_file_id,
        landed.line_number,
        landed.record_key as order_key,
        (landed.document ->> 'createdAt')::timestamptz as ordered_at,
        line ->> 'quantity' as quantity,
        line #>> '{discountedUnitPriceSet,shopMoney,amount}' as unit_price,
        line #>> '{discountedUnitPriceSet,shopMoney,currencyCode}' as currency
    from raw.shopify_orders as landed
    cross join lateral jsonb_array_elements(landed.document #> '{lineItems,nodes}') as line
    where landed.landing_file_id > %(after_landing_file_id)s and line -> 'variant' <> 'null'::jsonb
),

wholesale as (
    select
        landing_file_id,
        line_number,
        record_key as order_key,
        case when pg_input_is_valid(document ->> 'ordered_at', 'timestamp')
            then (document ->> 'ordered_at')::timestamp at time zone %(time_zone)s
        end as ordered_at,
        document ->> 'quantity' as quantity,
        document ->> 'unit_price' as unit_price,
        document ->> 'currency' as currency
    from raw.wholesale_orders
    where landing_file_id > %(after_landing_file_id)s
),

lines as (
    select * from shopify
    union all
    select * from wholesale
)

select
    files.path,
    lines.line_number,
    lines.order_key,
    case when pg_input_is_valid(lines.quantity, 'integer') then lines.quantity::float8 end as quantity,
    case when pg_input_is_valid(lines.unit_price, 'numeric') then lines.unit_price::float8 end as unit_price,
    lines.currency,
    extract(epoch from lines.ordered_at - files.channel_time)::float8 as seconds_after_channel_clock
from lines
inner join raw.landing_files as files on lines.landing_file_id = files.landing_file_id
