with

rounds as (

    select * from {{ source('ops', 'push_runs') }}

),

renamed as (

    select
        push_run_id,
        channel_id,
        state,
        based_on_landing_file_id,
        allowed_by,
        started_at,
        ended_at

    from rounds

)

select * from renamed
