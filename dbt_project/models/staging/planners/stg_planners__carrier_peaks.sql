with

documents as (

    select * from {{ source('planners', 'planners_carrier_peaks') }}

),

carrier_peaks as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as carrier_peak_id,
        trim({{ json_text('document', 'lane') }}) as lane,
        cast({{ blank_to_null(json_text('document', 'first_date')) }} as date) as first_date,
        cast({{ blank_to_null(json_text('document', 'last_date')) }} as date) as last_date,
        cast({{ blank_to_null(json_text('document', 'added_days')) }} as numeric(6, 1)) as added_days

    from documents

)

select * from carrier_peaks
