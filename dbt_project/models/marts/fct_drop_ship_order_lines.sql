{{ config(materialized='view') }}

-- Straight from the source, as fct_stock_ledger: who asks where a shopper's order is cannot wait for the next build.
with

lines as (

    select * from {{ source('ledger', 'drop_ship_order_lines') }}

),

measured as (

    select
        po_number,
        line_number,
        supplier_id,
        channel_id,
        document_key,
        order_name,
        sku,
        state,
        units_passed_on,
        units_accepted,
        units_backordered,
        units_rejected,
        units_shipped,
        promised_date,
        passed_on_at,
        sent_at,
        first_answered_at,
        first_shipped_at,
        greatest(units_passed_on - units_ordered, 0) as units_cancelled,
        cast({{ seconds_between('passed_on_at', 'sent_at') }} / 3600 as numeric(10, 2)) as hours_to_sent,
        cast({{ seconds_between('passed_on_at', 'first_shipped_at') }} / 3600 as numeric(10, 2)) as hours_to_shipped

    from lines

)

select * from measured
