with

switched as (

    select * from {{ source('ops', 'cohort_skus') }}

),

cohort_in_force as (

    select * from {{ source('ops', 'cohort_in_force') }}

),

-- A sku that nobody switched goes by the newest choice, which has one row or none.
described as (

    select
        sku,
        is_live,
        since_landing_file_id,
        since_push_run_id

    from switched

    union all

    select
        cast(null as text) as sku,
        is_all as is_live,
        cast(0 as bigint) as since_landing_file_id,
        cast(0 as bigint) as since_push_run_id

    from cohort_in_force

)

select * from described
