with

overrides as (

    select * from {{ ref('stg_planners__overrides') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

-- A file lies under one name, so no row multiplies.
said as (

    select
        overrides.*,
        files_in_force.file_name

    from overrides
    inner join files_in_force
        on overrides.landing_file_id = files_in_force.landing_file_id

),

ranked as (

    select
        *,
        {{ newest_first('override_id') }} as version_rank

    from said

),

newest as (

    select
        override_id,
        scope,
        key,
        kind,
        wanted,
        set_by,
        set_on,
        why,
        valid_until,
        file_name,
        cast(landing_line_number as integer) as line_number

    from ranked

    where version_rank = 1

)

select * from newest
