with

documents as (

    select * from {{ source('suppliers', 'suppliers_invoices') }}

),

invoice_lines as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim({{ json_text('document', 'supplier_id') }}) as supplier_id,
        trim({{ json_text('document', 'invoice_number') }}) as invoice_number,
        {{ order_number_of(json_text('document', 'order_number')) }} as order_number,
        -- A file may do without this column.
        cast({{ blank_to_null(json_text('document', 'line_number')) }} as integer) as line_number,
        {{ blank_to_null(json_text('document', 'supplier_sku')) }} as supplier_sku,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ json_text('document', 'units') }} as integer) as units,
        cast({{ json_text('document', 'unit_price') }} as numeric(14, 4)) as unit_price,
        upper({{ blank_to_null(json_text('document', 'currency')) }}) as currency,
        {{ instant(json_text('document', 'invoiced_at')) }} as invoiced_at

    from documents

)

select * from invoice_lines
