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

)

select * from described
