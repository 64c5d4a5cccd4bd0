{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

locations as (

    select * from {{ ref('stg_shopify__locations') }}

),

ranked as (

    select
        *,
        {{ newest_first('shopify_location_id') }} as version_rank

    from locations

),

newest as (

    select
        shopify_location_id,
        location_id,
        name,
        address_line,
        city,
        postcode,
        country_code,
        is_active,
        fulfills_online_orders

    from ranked

    where version_rank = 1

)

select * from newest
