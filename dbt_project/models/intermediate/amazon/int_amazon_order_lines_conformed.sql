{{ config(materialized='table', post_hook='analyze {{ this }}') }}

{{ conformed_order_lines('amazon') }}
