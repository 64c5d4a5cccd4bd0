with

landing_files as (

    select * from {{ source('raw', 'landing_files') }}

),

renamed as (

    select
        landing_file_id,
        source,
        stream,
        path,
        file_name,
        landed_at,
        gone_at,
        coalesce(rejected_count, 0) as rejected_count,
        coalesce(channel_time, window_end, landed_at) as read_at

    from landing_files

)

select * from renamed
