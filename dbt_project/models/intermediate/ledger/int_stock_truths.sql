with

locations as (

    select * from {{ ref('stg_shopify__locations') }}

),

-- Who says what lies at a place. Where the shop keeps its levels these are counted from; they hold already what is sold
-- on the channels that the same system writes to. Of any other place counts are asked for.
truths as (

    select distinct
        location_id,
        'shopify' as source_of_truth,
        true as is_running,
        '{{ var("channels_in_stock_levels") | join(",") }},wms' as sources_in_level

    from locations

)

select * from truths
