-- One row per item and location whose level landed after the last passed gate.
select
    files.path,
    landed.line_number,
    landed.document ->> 'sku' as sku,
    level #>> '{location,id}' as location,
    (
        select
            sum(case state ->> 'name' when 'available' then (state ->> 'quantity')::int else 0 end)
            - sum(case state ->> 'name' when 'on_hand' then (state ->> 'quantity')::int else 0 end)
        from jsonb_array_elements(level -> 'quantities') as state
    )::float8 as available_beyond_on_hand
from raw.shopify_inventory_levels as landed
inner join raw.landing_files as files on landed.landing_file_id = files.landing_file_id
cross join lateral jsonb_array_elements(landed.document #> '{inventoryLevels,nodes}') as level
where
    landed.landing_file_id > %(after_landing_file_id)s
    and not exists (
        select 1 from raw.shopify_inventory_levels as newer
        where newer.record_key = landed.record_key and newer.landing_file_id > landed.landing_file_id
    )
