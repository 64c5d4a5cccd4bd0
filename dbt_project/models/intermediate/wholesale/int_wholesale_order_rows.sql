{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

order_rows as (

    select * from {{ ref('stg_wholesale__order_rows') }}

),

ranked as (

    select
        *,
        {{ newest_first('order_line_id') }} as version_rank

    from order_rows

),

newest as (

    select
        order_id,
        order_line_id,
        ordered_at,
        sku,
        sku_as_sent,
        title,
        customer_ref,
        country,
        location_id,
        quantity,
        unit_price,
        currency,
        landing_file_id,
        landing_line_number

    from ranked

    where version_rank = 1

)

select * from newest
