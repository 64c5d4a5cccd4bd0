-- Note who says what lies at each location: what the planners say or what is usual, and counts for any other place
-- that something happened at.
with named as (
    select
        location_id,
        source_of_truth,
        is_running,
        string_to_array(sources_in_level, ',') as sources_in_level,
        ship_priority
    from intermediate.int_stock_truths
    union all
    select distinct
        entered.location_id,
        'count' as source_of_truth,
        false as is_running,
        array[]::text[] as sources_in_level,
        null::integer as ship_priority
    from stock_entered as entered
    where
        entered.location_id not in (select truths.location_id from intermediate.int_stock_truths as truths)
        and entered.location_id not in (select known.location_id from ops.stock_locations as known)
)

insert into ops.stock_locations as known (
    location_id, source_of_truth, is_running, sources_in_level, ship_priority
)
select
    location_id,
    source_of_truth,
    is_running,
    sources_in_level,
    ship_priority
from named
on conflict (location_id) do update set
    source_of_truth = excluded.source_of_truth,
    is_running = excluded.is_running,
    sources_in_level = excluded.sources_in_level,
    ship_priority = excluded.ship_priority
where
(known.source_of_truth, known.is_running, known.sources_in_level, known.ship_priority)
is distinct from (
    excluded.source_of_truth, excluded.is_running, excluded.sources_in_level, excluded.ship_priority
)
