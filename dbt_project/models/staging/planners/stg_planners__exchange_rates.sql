with

documents as (

    select * from {{ source('planners', 'planners_exchange_rates') }}

),

exchange_rates as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as exchange_rate_id,
        upper({{ blank_to_null(json_text('document', 'currency')) }}) as currency,
        cast({{ blank_to_null(json_text('document', 'date')) }} as date) as rate_date,
        cast({{ blank_to_null(json_text('document', 'rate')) }} as numeric(18, 8)) as rate

    from documents

)

select * from exchange_rates
