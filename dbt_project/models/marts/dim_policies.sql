with

policies as (

    select * from {{ ref('stg_planners__policies') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('policy_id') }} as version_rank

    from policies

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

newest as (

    select
        scope,
        key,
        service_level,
        service_kind,
        method,
        review_days,
        target_days_of_supply,
        is_seasonal,
        maximum_cover_days,
        margin,
        goodwill,
        order_cost,
        carrying_rate,
        set_by,
        valid_until

    from ranked

    where version_rank = 1

)

select * from newest
