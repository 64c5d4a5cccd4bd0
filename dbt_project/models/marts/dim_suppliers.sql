with

terms as (

    select * from {{ ref('stg_suppliers__terms') }}

),

ranked as (

    select
        *,
        {{ newest_first('supplier_id') }} as version_rank

    from terms

),

suppliers as (

    select
        supplier_id,
        name,
        email,
        lane,
        currency,
        quoted_lead_time_days,
        minimum_order_value,
        payment_terms,
        ship_via

    from ranked

    where version_rank = 1

)

select * from suppliers
