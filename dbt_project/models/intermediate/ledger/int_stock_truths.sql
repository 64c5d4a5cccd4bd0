with

shopify_locations as (

    select * from {{ ref('stg_shopify__locations') }}

),

planners_locations as (

    select * from {{ ref('stg_planners__locations') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('location_id') }} as version_rank

    from planners_locations

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

in_force as (

    select * from ranked

    where version_rank = 1

),

-- Where the shop keeps its levels these are counted from, and what lies at Amazon only Amazon knows. Of any other place
-- counts are asked for, unless the planners say otherwise.
usual as (

    select
        location_id,
        'shopify' as source_of_truth

    from shopify_locations

    group by location_id

    union all

    select
        'AMAZON-FBA' as location_id,
        'amazon' as source_of_truth

),

named as (

    select
        in_force.ship_priority,
        coalesce(in_force.location_id, usual.location_id) as location_id,
        coalesce(in_force.source_of_truth, usual.source_of_truth, 'count') as source_of_truth

    from usual
    full outer join in_force
        on usual.location_id = in_force.location_id

),

-- A channel's level holds what that channel does. Shopify's holds what the systems beside it do as well.
truths as (

    select
        location_id,
        source_of_truth,
        source_of_truth in ({{ quoted_list(var('channels')) }}) as is_running,
        case
            when source_of_truth = 'shopify' then '{{ var("channels_in_stock_levels") | join(",") }},wms'
            when source_of_truth in ({{ quoted_list(var('channels')) }}) then source_of_truth || ',wms'
            else ''
        end as sources_in_level,
        ship_priority

    from named

)

select * from truths
