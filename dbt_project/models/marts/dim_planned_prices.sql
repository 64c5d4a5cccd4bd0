with

prices as (

    select * from {{ ref('stg_planners__prices') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('planned_price_id') }} as version_rank

    from prices

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

newest as (

    select
        planned_price_id,
        sku,
        price,
        usual_price,
        first_date,
        last_date,
        why,
        set_by

    from ranked

    where
        version_rank = 1
        and sku is not null

)

select * from newest
