-- Note the levels that channels showed since the last time. A listing's newest document names all its places: a level
-- that it no longer names is gone.
with landed as (
    select
        untaken.*,
        coalesce(files.channel_time, files.window_end, files.landed_at) as read_at
    from intermediate.int_stock_levels_untaken as untaken
    inner join raw.landing_files as files on untaken.landing_file_id = files.landing_file_id
),

gone as (
    delete from ops.stock_levels as levels
    using landed
    where
        levels.source = landed.source
        and levels.listing_id = landed.listing_id
        and not exists (
            select from landed as still
            where
                still.source = levels.source
                and still.listing_id = levels.listing_id
                and still.location_id = levels.location_id
        )
)

insert into ops.stock_levels (
    source, listing_id, location_id, sku, available_units, committed_units, reserved_units, damaged_units,
    incoming_units, on_hand_units, landing_file_id, read_at
)
select
    source,
    listing_id,
    location_id,
    sku,
    available_units,
    committed_units,
    reserved_units,
    damaged_units,
    incoming_units,
    on_hand_units,
    landing_file_id,
    read_at
from landed
on conflict (source, listing_id, location_id) do update set
    sku = excluded.sku,
    available_units = excluded.available_units,
    committed_units = excluded.committed_units,
    reserved_units = excluded.reserved_units,
    damaged_units = excluded.damaged_units,
    incoming_units = excluded.incoming_units,
    on_hand_units = excluded.on_hand_units,
    landing_file_id = excluded.landing_file_id,
    read_at = excluded.read_at
