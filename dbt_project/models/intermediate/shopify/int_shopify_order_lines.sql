{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        unique_key='order_line_id',
        on_schema_change='fail',
        pre_hook='{{ forget_superseded_orders() }}',
        post_hook='analyze {{ this }}'
    )
}}

with

versions as (

    select
        landing_file_id,
        landing_line_number

    from {{ ref('int_shopify_order_versions') }}

    {% if is_incremental() %}
        where order_id not in (select this.order_id from {{ this }} as this)
    {% endif %}

),

orders as (

    select landed_orders.*

    from {{ ref('stg_shopify__orders') }} as landed_orders
    inner join versions
        on
            landed_orders.landing_file_id = versions.landing_file_id
            and landed_orders.landing_line_number = versions.landing_line_number

    where not landed_orders.is_test

),

order_lines as (

    select landed_lines.*

    from {{ ref('stg_shopify__order_lines') }} as landed_lines
    inner join versions
        on
            landed_lines.landing_file_id = versions.landing_file_id
            and landed_lines.landing_line_number = versions.landing_line_number

),

fulfillment_lines as (

    select landed_parcels.*

    from {{ ref('stg_shopify__fulfillment_lines') }} as landed_parcels
    inner join versions
        on
            landed_parcels.landing_file_id = versions.landing_file_id
            and landed_parcels.landing_line_number = versions.landing_line_number

    where landed_parcels.status = 'SUCCESS'

),

ranked_parcels as (

    select
        order_line_id,
        shopify_location_id,
        row_number() over (partition by order_line_id order by fulfilled_at, fulfillment_id) as parcel_rank

    from fulfillment_lines

),

-- A line may travel in several parcels. Joining them would count its units once per parcel, so only the first parcel's
-- location is joined; the units of all parcels are events (int_shopify_order_line_events).
first_parcels as (

    select
        order_line_id,
        shopify_location_id

    from ranked_parcels

    where parcel_rank = 1

),

located_lines as (

    select
        order_lines.order_id,
        order_lines.order_line_id,
        orders.order_name,
        orders.ordered_at,
        orders.cancelled_at,
        order_lines.sku,
        order_lines.sku_as_sent,
        order_lines.title,
        order_lines.variant_id,
        order_lines.requires_shipping,
        order_lines.units_ordered,
        order_lines.unit_price,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        coalesce(order_lines.currency, orders.currency) as currency,
        coalesce(first_parcels.shopify_location_id, orders.assigned_shopify_location_id) as shopify_location_id

    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    left join first_parcels
        on order_lines.order_line_id = first_parcels.order_line_id

)

select * from located_lines
