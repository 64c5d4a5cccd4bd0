-- One row per file of orders landed after the last passed gate, over the lines that no later file has replaced.
-- Single bad lines were put aside by the load; here a whole file is asked whether it can be believed.
with shopify as (
    select
        landed.landing_file_id,
        landed.document ->> 'createdAt' as ordered_at,
        line ->> 'sku' as sku,
        line #>> '{originalUnitPriceSet,shopMoney,amount}' as unit_price
    from raw.shopify_orders as landed
    cross join lateral jsonb_array_elements(landed.document #> '{lineItems,nodes}') as line
    where
        landed.landing_file_id > %(after_landing_file_id)s
        and line -> 'variant' <> 'null'::jsonb
        and not exists (
            select 1 from raw.shopify_orders as newer
            where newer.record_key = landed.record_key and newer.landing_file_id > landed.landing_file_id
        )
),

wholesale as (
    select
        landed.landing_file_id,
        (landed.document ->> 'ordered_at')::timestamp at time zone %(time_zone)s as ordered_at,
        landed.document ->> 'sku' as sku,
        landed.document ->> 'unit_price' as unit_price
    from raw.wholesale_orders as landed
    where
        landed.landing_file_id > %(after_landing_file_id)s
        and not exists (
            select 1 from raw.wholesale_orders as newer
            where newer.record_key = landed.record_key and newer.landing_file_id > landed.landing_file_id
        )
),

lines as (
    select
        landing_file_id,
        ordered_at::timestamptz as ordered_at,
        upper(trim(sku)) as sku,
        unit_price::numeric as unit_price
    from shopify
    union all
    select
        landing_file_id,
        ordered_at,
        upper(trim(sku)) as sku,
        unit_price::numeric as unit_price
    from wholesale
),

catalogue as (
    select
        upper(trim(variant ->> 'sku')) as sku,
        max((variant ->> 'price')::numeric) as unit_price
    from raw.shopify_products as landed
    cross join lateral jsonb_array_elements(landed.document #> '{variants,nodes}') as variant
    group by upper(trim(variant ->> 'sku'))
)

select
    files.path,
    count(*)::float8 as lines,
    case
        when count(*) >= %(lines_to_judge_by)s
            then avg(case when catalogue.sku is null then 1 else 0 end)
        else 0
    end::float8 as unknown_sku_share,
    case
        when count(*) >= %(lines_to_judge_by)s
            then percentile_cont(0.5) within group (
                order by (lines.unit_price / nullif(catalogue.unit_price, 0))::float8
            ) filter (where lines.unit_price > 0)
    end as median_price_to_catalogue,
    extract(epoch from max(lines.ordered_at) - coalesce(files.channel_time, files.landed_at))::float8
    / 3600 as hours_after_channel_clock
from lines
inner join raw.landing_files as files on lines.landing_file_id = files.landing_file_id
left join catalogue on lines.sku = catalogue.sku
group by files.landing_file_id, files.path, files.channel_time, files.landed_at
order by files.landing_file_id
