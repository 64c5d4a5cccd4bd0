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

chosen as (

    select
        location_id,
        source_of_truth

    from ranked

    where version_rank = 1

),

named as (

    select * from chosen

    union all

    select * from usual

    where usual.location_id not in (select chosen.location_id from chosen)

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
        end as sources_in_level

    from named

)

select * from truths
