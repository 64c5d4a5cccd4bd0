with

oversell_events as (

    select * from {{ source('ops', 'oversell_events') }}

),

renamed as (

    select
        oversell_id,
        event_number,
        occurred_at,
        kind,
        channel_id,
        units_short,
        shown_units,
        shown_at

    from oversell_events

)

select * from renamed
