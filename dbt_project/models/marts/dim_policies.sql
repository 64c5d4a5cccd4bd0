with

policies as (

    select * from {{ ref('stg_planners__policies') }}

),

ranked as (

    select
        *,
        {{ newest_first('policy_id') }} as version_rank

    from policies

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
        set_by,
        valid_until

    from ranked

    where version_rank = 1

)

select * from newest
