with

pushes as (

    select * from {{ source('ops', 'availability_pushes') }}

),

rounds as (

    select * from {{ source('ops', 'push_runs') }}

),

-- A listing has one row in a round, a round has one row of its own.
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
        pushes.known_at,
        rounds.based_on_landing_file_id

    from pushes
    inner join rounds
        on pushes.push_run_id = rounds.push_run_id

)

select * from described
