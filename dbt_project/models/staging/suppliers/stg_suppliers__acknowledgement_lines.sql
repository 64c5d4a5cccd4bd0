with

documents as (

    select * from {{ source('suppliers', 'suppliers_acknowledgements') }}

),

acknowledgement_lines as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim({{ json_text('document', 'supplier_id') }}) as supplier_id,
        {{ order_number_of(json_text('document', 'order_number')) }} as order_number,
        -- 0 answers every line of the order at once.
        nullif(cast({{ json_text('document', 'line_number') }} as integer), 0) as line_number,
        {{ blank_to_null(json_text('document', 'supplier_sku')) }} as supplier_sku,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        lower(trim({{ json_text('document', 'status') }})) as status,
        cast({{ blank_to_null(json_text('document', 'units')) }} as integer) as units,
        cast({{ blank_to_null(json_text('document', 'unit_price')) }} as numeric(14, 4)) as unit_price,
        cast({{ blank_to_null(json_text('document', 'promised_date')) }} as date) as promised_date,
        {{ instant(json_text('document', 'acknowledged_at')) }} as received_at

    from documents

)

select * from acknowledgement_lines
