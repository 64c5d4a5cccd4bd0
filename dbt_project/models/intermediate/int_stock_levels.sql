{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

inventory_levels as (

    select * from {{ ref('stg_shopify__inventory_levels') }}

),

landing_files as (

    select * from {{ ref('stg_raw__landing_files') }}

    where
        source = 'shopify'
        and stream = 'inventory_levels'

),

locations as (

    select * from {{ ref('int_locations') }}

),

item_versions as (

    select
        *,
        rank() over (
            partition by inventory_item_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from inventory_levels

),

-- Only documents that changed are stored, so every newest level was still true when the newest snapshot was taken.
newest_snapshot as (

    select max(read_at) as read_at

    from landing_files

),

levels as (

    select
        item_versions.sku,
        locations.location_id,
        newest_snapshot.read_at,
        sum(case when item_versions.inventory_state = 'available' then item_versions.units else 0 end)
            as available_units,
        sum(case when item_versions.inventory_state = 'on_hand' then item_versions.units else 0 end) as on_hand_units,
        sum(case when item_versions.inventory_state = 'committed' then item_versions.units else 0 end)
            as committed_units,
        sum(case when item_versions.inventory_state = 'incoming' then item_versions.units else 0 end)
            as incoming_units,
        sum(case when item_versions.inventory_state = 'reserved' then item_versions.units else 0 end)
            as reserved_units,
        sum(case when item_versions.inventory_state = 'damaged' then item_versions.units else 0 end) as damaged_units

    from item_versions
    inner join locations
        on item_versions.shopify_location_id = locations.shopify_location_id
    cross join newest_snapshot

    where
        item_versions.version_rank = 1
        and item_versions.sku is not null

    group by
        item_versions.sku,
        locations.location_id,
        newest_snapshot.read_at

)

select * from levels
