{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='order_id',
        on_schema_change='fail',
        post_hook='analyze {{ this }}'
    )
}}

with

landed_orders as (

    select
        order_id,
        landing_file_id,
        landing_line_number,
        updated_at

    from {{ ref('stg_shopify__orders') }}

    {% if is_incremental() %}
        -- Files become visible in the order of their ids: loading takes turns, so none below the newest comes later.
        where landing_file_id > (select coalesce(max(known.landing_file_id), 0) from {{ this }} as known)
    {% endif %}

),

candidates as (

    select * from landed_orders

    {% if is_incremental() %}
        union all

        select
            known.order_id,
            known.landing_file_id,
            known.landing_line_number,
            known.updated_at

        from {{ this }} as known

        where known.order_id in (select landed_orders.order_id from landed_orders)
    {% endif %}

),

ranked as (

    select
        *,
        {{ newest_first('order_id', updated_at='updated_at') }} as version_rank

    from candidates

),

newest as (

    select
        order_id,
        landing_file_id,
        landing_line_number,
        updated_at

    from ranked

    where version_rank = 1

)

select * from newest
