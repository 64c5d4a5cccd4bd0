with

documents as (

    select * from {{ source('suppliers', 'suppliers_terms') }}

),

terms as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as supplier_id,
        {{ blank_to_null(json_text('document', 'name')) }} as name,
        {{ blank_to_null(json_text('document', 'email')) }} as email,
        {{ blank_to_null(json_text('document', 'lane')) }} as lane,
        {{ blank_to_null(json_text('document', 'currency')) }} as currency,
        {{ blank_to_null(json_text('document', 'payment_terms')) }} as payment_terms,
        {{ blank_to_null(json_text('document', 'ship_via')) }} as ship_via,
        -- A sheet may do without this column.
        {{ blank_to_null(json_text('document', 'closed_days')) }} as closed_days,
        cast({{ blank_to_null(json_text('document', 'quoted_lead_time_days')) }} as numeric(6, 1))
            as quoted_lead_time_days,
        cast({{ blank_to_null(json_text('document', 'minimum_order_value')) }} as numeric(14, 2))
            as minimum_order_value

    from documents

)

select * from terms
