{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        unique_key=['order_line_id', 'event_kind', 'event_key'],
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

order_lines as (

    select known_lines.*

    from {{ ref('int_shopify_order_lines') }} as known_lines
    inner join versions
        on
            known_lines.landing_file_id = versions.landing_file_id
            and known_lines.landing_line_number = versions.landing_line_number

),

refund_lines as (

    select landed_refunds.*

    from {{ ref('stg_shopify__refund_lines') }} as landed_refunds
    inner join versions
        on
            landed_refunds.landing_file_id = versions.landing_file_id
            and landed_refunds.landing_line_number = versions.landing_line_number

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

{{ shopify_said_events() }},

{{ shopify_line_events() }}

select * from events
