with

channels as (

    select * from {{ source('ops', 'channels') }}

),

renamed as (

    select
        channel_id,
        channel_name,
        kind,
        is_connected,
        ship_from

    from channels

)

select * from renamed
