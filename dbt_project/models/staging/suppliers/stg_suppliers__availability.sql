with

documents as (

    select * from {{ source('suppliers', 'suppliers_availability') }}

),

availability as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim({{ json_text('document', 'supplier_id') }}) as supplier_id,
        trim({{ json_text('document', 'supplier_sku') }}) as supplier_sku,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ json_text('document', 'units') }} as integer) as units,
        {{ instant(json_text('document', 'as_of')) }} as as_of,
        cast({{ blank_to_null(json_text('document', 'expected_date')) }} as date) as expected_date

    from documents

)

select * from availability
