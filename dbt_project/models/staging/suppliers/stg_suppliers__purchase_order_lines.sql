with

documents as (

    select * from {{ source('suppliers', 'suppliers_purchase_orders') }}

),

purchase_order_lines as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as purchase_order_line_id,
        trim({{ json_text('document', 'po_number') }}) as po_number,
        trim({{ json_text('document', 'supplier_id') }}) as supplier_id,
        upper(trim({{ json_text('document', 'ship_to') }})) as location_id,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        {{ blank_to_null(json_text('document', 'currency')) }} as currency,
        cast({{ json_text('document', 'line_number') }} as integer) as line_number,
        cast({{ json_text('document', 'units') }} as integer) as units_ordered,
        cast({{ blank_to_null(json_text('document', 'unit_cost')) }} as numeric(14, 4)) as unit_cost,
        {{ instant(json_text('document', 'ordered_at')) }} as ordered_at,
        cast({{ blank_to_null(json_text('document', 'requested_date')) }} as date) as requested_date,
        cast({{ blank_to_null(json_text('document', 'promised_date')) }} as date) as promised_date

    from documents

)

select * from purchase_order_lines
