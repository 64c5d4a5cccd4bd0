with

documents as (

    select * from {{ source('suppliers', 'suppliers_shipments') }}

),

shipment_lines as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim({{ json_text('document', 'supplier_id') }}) as supplier_id,
        trim({{ json_text('document', 'shipment_id') }}) as shipment_id,
        {{ order_number_of(json_text('document', 'order_number')) }} as order_number,
        -- A file may do without this column.
        cast({{ blank_to_null(json_text('document', 'line_number')) }} as integer) as line_number,
        {{ blank_to_null(json_text('document', 'supplier_sku')) }} as supplier_sku,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ json_text('document', 'units') }} as integer) as units,
        {{ instant(json_text('document', 'shipped_at')) }} as shipped_at,
        cast({{ blank_to_null(json_text('document', 'expected_date')) }} as date) as expected_date,
        {{ blank_to_null(json_text('document', 'carrier')) }} as carrier,
        {{ blank_to_null(json_text('document', 'tracking')) }} as tracking

    from documents

)

select * from shipment_lines
