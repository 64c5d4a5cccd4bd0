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

{{ shopify_located_lines() }}

select * from located_lines
