with

events as (

    select * from {{ source('ops', 'stock_events') }}

),

renamed as (

    select
        stock_event_id,
        source,
        document_key,
        event_key,
        entry_number,
        kind,
        sku,
        location_id,
        channel_id,
        on_hand_change,
        committed_change,
        reserved_change,
        damaged_change,
        counted_units,
        occurred_at,
        recorded_at,
        landing_file_id,
        on_hand_change - committed_change - reserved_change - damaged_change as available_change

    from events

)

select * from renamed
