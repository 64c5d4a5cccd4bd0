with

locations as (

    select * from {{ ref('int_locations') }}

),

-- Two records may bear one name after a move; the active one speaks for the place.
ranked as (

    select
        *,
        row_number() over (
            partition by location_id
            order by case when is_active then 0 else 1 end, shopify_location_id
        ) as location_rank

    from locations

),

truths as (

    select * from {{ ref('int_stock_truths') }}

),

described as (

    select
        location_id,
        shopify_location_id,
        name,
        address_line,
        city,
        postcode,
        country_code,
        is_active,
        fulfills_online_orders

    from ranked

    where location_rank = 1

    union all

    -- Places of which only the planners say who counts them; what lies at Amazon is no place of ours.
    select
        location_id,
        cast(null as text) as shopify_location_id,
        location_id as name,
        cast(null as text) as address_line,
        cast(null as text) as city,
        cast(null as text) as postcode,
        cast(null as text) as country_code,
        true as is_active,
        false as fulfills_online_orders

    from truths

    where
        source_of_truth <> 'amazon'
        and location_id not in (select ranked.location_id from ranked)

)

select * from described
