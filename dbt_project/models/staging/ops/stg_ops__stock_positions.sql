with

positions as (

    select * from {{ source('ops', 'stock_positions') }}

),

renamed as (

    select
        sku,
        location_id,
        source_of_truth,
        is_running,
        counts_from,
        counted_at,
        available_units,
        on_hand_units,
        committed_units,
        reserved_units,
        damaged_units,
        level_units,
        landing_file_id,
        last_event_at

    from positions

)

select * from renamed
