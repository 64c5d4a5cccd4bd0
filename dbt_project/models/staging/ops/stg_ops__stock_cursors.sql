with

cursors as (

    select * from {{ source('ops', 'stock_cursors') }}

),

renamed as (

    select
        source,
        stream,
        landing_file_id,
        newest_file_id,
        read_at

    from cursors

)

select * from renamed
