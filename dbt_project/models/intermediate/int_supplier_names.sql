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

called as (

    select
        supplier_id,
        supplier_id as supplier_name

    from ranked

    where version_rank = 1

    union all

    select
        supplier_id,
        x12_id as supplier_name

    from ranked

    where
        version_rank = 1
        and x12_id <> supplier_id

),

-- A name that two suppliers claim is the first one's.
named as (

    select
        supplier_name,
        min(supplier_id) as supplier_id

    from called

    group by supplier_name

)

select * from named
