with

promotions as (

    select * from {{ ref('stg_planners__promotions') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('promotion_id') }} as version_rank

    from promotions

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

newest as (

    select
        promotion_id,
        name,
        category,
        sku,
        starts_on,
        ends_on,
        discount_percent

    from ranked

    where version_rank = 1

)

select * from newest
