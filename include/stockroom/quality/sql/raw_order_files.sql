-- One row per file of orders landed after the last passed gate, over the lines that no later file has replaced.
-- Single bad lines were put aside by the load; here a whole file is asked whether it can be believed. The views sold
-- and offered are made of every channel's declaration (landed_items.py).
with lines as (
    select
        landing_file_id,
        ordered_at,
        sku,
        unit_price
    from pg_temp.sold
    where landing_file_id > %(after_landing_file_id)s
),

catalogue as (
    select
        sku,
        max(unit_price) as unit_price
    from pg_temp.offered
    where sku != ''
    group by sku
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
