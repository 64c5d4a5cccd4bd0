-- Switches the SKUs that are not yet as wanted, and keeps the choice if anything is different. One row: how many are
-- live and watched then, how many were switched each way, whether it was kept.
with before as (
    select is_all from ops.cohort_in_force
),

newest as (
    select
        coalesce(max(files.landing_file_id), 0) as landing_file_id,
        coalesce((select max(rounds.push_run_id) from ops.push_runs as rounds), 0) as push_run_id
    from raw.landing_files as files
    where files.source = 'shopify' and files.stream = 'inventory_levels'
),

wanted as (
    select
        skus.sku,
        switched.sku is not null as was_switched,
        %(is_all)s or skus.sku = any(%(skus)s) as is_live,
        coalesce(switched.is_live, (select before.is_all from before), true) as was_live
    from marts.dim_skus as skus
    left join ops.cohort_skus as switched on skus.sku = switched.sku
),

kept as (
    insert into ops.cohorts (choice, is_all, live_skus, who)
    select
        %(choice)s as choice,
        %(is_all)s as is_all,
        count(*) filter (where wanted.is_live) as live_skus,
        %(who)s as who
    from wanted
    having
        bool_or(wanted.is_live != wanted.was_live)
        or coalesce((select before.is_all from before), true) != %(is_all)s
    returning cohort_id
),

switched as (
    insert into ops.cohort_skus (sku, is_live, cohort_id, since_landing_file_id, since_push_run_id)
    select
        wanted.sku,
        wanted.is_live,
        kept.cohort_id,
        case when wanted.is_live = wanted.was_live then 0 else newest.landing_file_id end as since_landing_file_id,
        case when wanted.is_live = wanted.was_live then 0 else newest.push_run_id end as since_push_run_id
    from wanted
    cross join kept
    cross join newest
    where
        wanted.is_live != wanted.was_live
        -- What stays as it was while the rule for all others changes.
        or not wanted.was_switched and wanted.is_live != %(is_all)s
    on conflict (sku) do update set
        is_live = excluded.is_live,
        cohort_id = excluded.cohort_id,
        since_landing_file_id = excluded.since_landing_file_id,
        since_push_run_id = excluded.since_push_run_id
)

select
    count(*) filter (where is_live) as live_skus,
    count(*) filter (where not is_live) as watched_skus,
    count(*) filter (where is_live and not was_live) as turned_live,
    count(*) filter (where was_live and not is_live) as turned_watched,
    exists(select 1 from kept) as is_new
from wanted
