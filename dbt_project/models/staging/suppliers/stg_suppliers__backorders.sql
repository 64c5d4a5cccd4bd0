with

documents as (

    select * from {{ source('suppliers', 'suppliers_backorders') }}

),

backorders as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim({{ json_text('document', 'po_number') }}) as po_number,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ json_text('document', 'line_number') }} as integer) as line_number,
        cast({{ json_text('document', 'units_backordered') }} as integer) as units_backordered,
        {{ instant(json_text('document', 'noted_at')) }} as noted_at,
        cast({{ blank_to_null(json_text('document', 'new_promised_date')) }} as date) as new_promised_date

    from documents

)

select * from backorders
