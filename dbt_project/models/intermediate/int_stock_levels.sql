{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

levels as (

    select
        sku,
        location_id,
        source_of_truth,
        read_at,
        shown_units,
        available_units,
        on_hand_units,
        committed_units,
        reserved_units,
        damaged_units

    from {{ ref('int_stock_levels_live') }}

)

select * from levels
