with

promotions as (

    select * from {{ ref('stg_planners__promotions') }}

),

ranked as (

    select
        *,
        {{ newest_first('promotion_id') }} as version_rank

    from promotions

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
