with

buffers as (

    select * from {{ source('ops', 'channel_buffers') }}

),

renamed as (

    select
        channel_id,
        sku,
        location_id,
        buffer_units,
        keeps_units,
        shown_share

    from buffers

)

select * from renamed
