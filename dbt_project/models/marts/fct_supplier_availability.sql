with

availability as (

    select * from {{ ref('int_supplier_availability') }}

),

typed as (

    select
        supplier_id,
        sku,
        supplier_sku,
        units,
        as_of,
        expected_date,
        cast({{ days_from_to('as_of', cut_off()) }} as numeric(10, 2)) as age_days

    from availability

)

select * from typed
