with

availability as (

    select * from {{ ref('stg_suppliers__availability') }}

    where as_of < {{ cut_off() }}

),

supplier_names as (

    select * from {{ ref('int_supplier_names') }}

),

catalogue_items as (

    select * from {{ ref('stg_suppliers__catalogue_items') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked_items as (

    select
        *,
        {{ newest_first('catalogue_item_id') }} as version_rank

    from catalogue_items

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

-- The catalogue says which item of ours a supplier's number is; where it is silent, what the supplier says itself.
said as (

    select
        supplier_names.supplier_id,
        availability.supplier_sku,
        availability.units,
        availability.as_of,
        availability.expected_date,
        availability.landing_file_id,
        availability.landing_line_number,
        coalesce(ranked_items.sku, availability.sku) as sku

    from availability
    inner join supplier_names
        on availability.supplier_id = supplier_names.supplier_name
    left join ranked_items
        on
            supplier_names.supplier_id = ranked_items.supplier_id
            and availability.supplier_sku = ranked_items.supplier_sku
            and ranked_items.version_rank = 1

),

ranked as (

    select
        *,
        {{ newest_first('supplier_id, sku', updated_at='as_of') }} as statement_rank

    from said

    where sku is not null

),

newest as (

    select
        supplier_id,
        sku,
        supplier_sku,
        units,
        as_of,
        expected_date

    from ranked

    where statement_rank = 1

)

select * from newest
