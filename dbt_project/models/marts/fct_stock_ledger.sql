{{ config(materialized='view') }}

-- Straight from the source, not from a staging view: rebuilding staging must not take this view from its readers.
with

events as (

    select * from {{ source('ledger', 'stock_ledger') }}

),

ledger as (

    select
        stock_event_id,
        occurred_at,
        recorded_at,
        sku,
        location_id,
        kind,
        source,
        channel_id,
        document_key,
        on_hand_change,
        committed_change,
        reserved_change,
        damaged_change,
        counted_units,
        landing_file_id,
        on_hand_change - committed_change - reserved_change - damaged_change as available_change,
        {{ local_date('occurred_at') }} as occurred_date,
        entry_number > 1 as is_correction

    from events

)

select * from ledger
