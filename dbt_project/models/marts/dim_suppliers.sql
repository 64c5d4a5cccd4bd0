with

terms as (

    select * from {{ ref('stg_suppliers__terms') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('supplier_id') }} as version_rank

    from terms

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

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
        ship_via,
        closed_days,
        order_days,
        order_cut_off,
        small_order_fee,
        free_freight_value,
        freight_cost,
        landed_cost_percent,
        maximum_pallets,
        return_credit_percent

    from ranked

    where version_rank = 1

)

select * from suppliers
