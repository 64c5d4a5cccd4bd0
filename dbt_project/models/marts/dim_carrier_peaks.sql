with

carrier_peaks as (

    select * from {{ ref('stg_planners__carrier_peaks') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('carrier_peak_id') }} as version_rank

    from carrier_peaks

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

newest as (

    select
        carrier_peak_id,
        first_date,
        last_date,
        added_days,
        nullif(lane, '*') as lane

    from ranked

    where version_rank = 1

)

select * from newest
