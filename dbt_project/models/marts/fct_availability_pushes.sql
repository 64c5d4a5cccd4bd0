with

pushes as (

    select * from {{ ref('stg_ops__availability_pushes') }}

),

rounds as (

    select * from {{ ref('stg_ops__push_runs') }}

),

landing_files as (

    select * from {{ ref('stg_raw__landing_files') }}

),

-- A listing has one row in a round, a round stands on one landing file.
described as (

    select
        pushes.availability_push_id,
        pushes.push_run_id,
        pushes.channel_id,
        pushes.listing_id,
        pushes.place_id,
        pushes.sku,
        pushes.location_id,
        pushes.units_wanted,
        pushes.units_before,
        pushes.units_after,
        pushes.outcome,
        pushes.read_at,
        pushes.written_at,
        pushes.verified_at,
        landing_files.path as landing_path,
        landing_files.landed_at as levels_landed_at,
        rounds.started_at as round_started_at,
        rounds.allowed_by,
        pushes.outcome = 'verified' as is_verified,
        cast({{ seconds_between('landing_files.landed_at', 'rounds.started_at') }} as numeric(14, 3)) as lag_seconds,
        cast({{ seconds_between('pushes.read_at', 'pushes.written_at') }} as numeric(14, 3)) as open_seconds

    from pushes
    inner join rounds
        on pushes.push_run_id = rounds.push_run_id
    left join landing_files
        on pushes.based_on_landing_file_id = landing_files.landing_file_id

)

select * from described
