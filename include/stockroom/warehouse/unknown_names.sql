-- One row per name in the files of the warehouse system and the planners that nobody else knows: an item that no
-- catalogue holds, a place that nobody counts or ships from, a line of an order that nobody wrote, a channel that is
-- none, a listing that was never on offer; and each place of which counts came though a channel says what lies there.
with booked as (
    select
        landing_file_id,
        sku,
        location_id,
        nullif(po_number, '') as po_number,
        line_number,
        false as is_count
    from intermediate.int_receipts
    union all
    select
        landing_file_id,
        sku,
        location_id,
        null as po_number,
        null as line_number,
        false as is_count
    from staging.stg_wms__adjustments
    union all
    select
        landing_file_id,
        sku,
        location_id,
        null as po_number,
        null as line_number,
        true as is_count
    from staging.stg_wms__counts
),

of_warehouse as (
    select
        files.file_name as said_in,
        files.landing_file_id,
        booked.sku,
        booked.location_id,
        booked.po_number,
        booked.line_number,
        booked.is_count
    from raw.landing_files as files
    inner join booked on files.landing_file_id = booked.landing_file_id
    where files.source = 'wms' and files.landed_at > now() - make_interval(days => %(days)s)
),

parts as (
    select *
    from intermediate.int_listing_parts
    where valid_before is null or valid_before > now()
),

of_planners as (
    select
        'listings' as said_in,
        0 as landing_file_id,
        channel_id,
        sku
    from parts
    union all
    select
        'channel_stock' as said_in,
        0 as landing_file_id,
        channel_id,
        sku
    from marts.dim_channel_stock_rules
),

items as (
    select sku from intermediate.int_skus
    union
    select sku from staging.stg_suppliers__catalogue_items
),

places as (
    select location_id from intermediate.int_stock_truths
    union
    select ship_from as location_id from ops.channels
    union
    select location_id from intermediate.int_drop_shippers
),

order_lines as (
    select
        po_number,
        line_number
    from ops.purchase_order_lines
    union
    select
        po_number,
        line_number
    from staging.stg_suppliers__purchase_order_lines
),

-- What a listing is called when it is sold may differ from what it is called in the catalogue.
offered as (
    select
        channel_id,
        upper(listing_id) as listing_name
    from intermediate.int_catalogue_items
    union
    select
        channel_id,
        sku as listing_name
    from intermediate.int_catalogue_items
    union
    select
        channel_id,
        upper(listing_id) as listing_name
    from intermediate.int_order_lines_unioned
),

found as (
    select
        'wms' as told_by,
        'item' as what,
        sku as unknown_name,
        said_in,
        landing_file_id
    from of_warehouse
    where
        not exists (
            select from items
            where items.sku = of_warehouse.sku
        )
    union all
    select
        'wms' as told_by,
        'place' as what,
        location_id as unknown_name,
        said_in,
        landing_file_id
    from of_warehouse
    where
        not exists (
            select from places
            where places.location_id = of_warehouse.location_id
        )
    union all
    select
        'wms' as told_by,
        'order' as what,
        po_number || coalesce(' line ' || line_number, ' without a line') as unknown_name,
        said_in,
        landing_file_id
    from of_warehouse
    where
        po_number is not null
        and not exists (
            select from order_lines
            where order_lines.po_number = of_warehouse.po_number and order_lines.line_number = of_warehouse.line_number
        )
    union all
    select
        'wms' as told_by,
        'count' as what,
        of_warehouse.location_id as unknown_name,
        of_warehouse.said_in,
        of_warehouse.landing_file_id
    from of_warehouse
    inner join intermediate.int_stock_truths as truths on of_warehouse.location_id = truths.location_id
    where of_warehouse.is_count and truths.is_running
    union all
    select
        'planners' as told_by,
        'item' as what,
        sku as unknown_name,
        said_in,
        landing_file_id
    from of_planners
    where
        not exists (
            select from items
            where items.sku = of_planners.sku
        )
    union all
    select
        'planners' as told_by,
        'channel' as what,
        channel_id as unknown_name,
        said_in,
        landing_file_id
    from of_planners
    where
        not exists (
            select from ops.channels as channels
            where channels.channel_id = of_planners.channel_id
        )
    union all
    select
        'planners' as told_by,
        'listing' as what,
        parts.channel_id || ' ' || upper(parts.listing_name) as unknown_name,
        'listings' as said_in,
        0 as landing_file_id
    from parts
    inner join ops.channels as channels on parts.channel_id = channels.channel_id and channels.is_connected
    where not exists (
        select from offered
        where offered.channel_id = parts.channel_id and offered.listing_name = upper(parts.listing_name)
    )
)

select
    told_by,
    what,
    unknown_name,
    (array_agg(said_in order by landing_file_id desc, said_in asc))[1] as said_in
from found
where unknown_name is not null
group by told_by, what, unknown_name
order by told_by collate "C" asc, what collate "C" asc, max(landing_file_id) desc, unknown_name collate "C" asc
