with

levels as (

    select
        *,
        rank() over (
            partition by inventory_item_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from {{ ref('stg_shopify__inventory_levels') }}

    where landing_file_id > {{ newest_taken_file('shopify', 'inventory_levels') }}

),

{{ shopify_locations() }},

summed as (

    select
        'shopify' as source,
        levels.inventory_item_id as listing_id,
        locations.location_id,
        levels.landing_file_id,
        max(levels.sku) as sku,
        sum(case when levels.inventory_state = 'available' then levels.units else 0 end)
            as available_units,
        sum(case when levels.inventory_state = 'on_hand' then levels.units else 0 end)
            as on_hand_units,
        sum(case when levels.inventory_state = 'committed' then levels.units else 0 end)
            as committed_units,
        sum(case when levels.inventory_state = 'incoming' then levels.units else 0 end)
            as incoming_units,
        sum(case when levels.inventory_state = 'reserved' then levels.units else 0 end)
            as reserved_units,
        sum(case when levels.inventory_state = 'damaged' then levels.units else 0 end)
            as damaged_units

    from levels
    inner join locations
        on levels.shopify_location_id = locations.shopify_location_id

    where levels.version_rank = 1

    group by
        levels.inventory_item_id,
        locations.location_id,
        levels.landing_file_id

)

select * from summed
