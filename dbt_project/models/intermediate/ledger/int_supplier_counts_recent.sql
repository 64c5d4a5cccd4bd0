with

availability as (

    select * from {{ ref('stg_suppliers__availability') }}

    where landing_file_id > {{ newest_taken_file('suppliers', 'availability') }}

),

drop_shippers as (

    select * from {{ ref('int_drop_shippers') }}

),

supplier_names as (

    select * from {{ ref('int_supplier_names') }}

),

catalogue_items as (

    select
        *,
        {{ newest_first('catalogue_item_id') }} as version_rank

    from {{ ref('stg_suppliers__catalogue_items') }}

),

-- What a supplier says to have is a count of the place from which it ships to shoppers, less what is kept back there.
counts as (

    select
        availability.landing_file_id,
        availability.landing_line_number,
        drop_shippers.location_id,
        availability.as_of as occurred_at,
        'count' as kind,
        'availability/' || supplier_names.supplier_id || '/' || availability.supplier_sku || '/'
        || cast(availability.as_of as text) as document_key,
        coalesce(catalogue_items.sku, availability.sku) as sku,
        greatest(availability.units - drop_shippers.buffer_units, 0) as units

    from availability
    inner join supplier_names
        on availability.supplier_id = supplier_names.supplier_name
    inner join drop_shippers
        on supplier_names.supplier_id = drop_shippers.supplier_id
    left join catalogue_items
        on
            supplier_names.supplier_id = catalogue_items.supplier_id
            and availability.supplier_sku = catalogue_items.supplier_sku
            and catalogue_items.version_rank = 1

    where coalesce(catalogue_items.sku, availability.sku) is not null

)

select * from counts
