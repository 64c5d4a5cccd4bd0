with

documents as (

    select * from {{ source('planners', 'planners_policies') }}

),

policies as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as policy_id,
        trim({{ json_text('document', 'scope') }}) as scope,
        coalesce({{ blank_to_null(json_text('document', 'key')) }}, '') as key,
        {{ blank_to_null(json_text('document', 'service_kind')) }} as service_kind,
        {{ blank_to_null(json_text('document', 'method')) }} as method,
        {{ blank_to_null(json_text('document', 'set_by')) }} as set_by,
        cast({{ blank_to_null(json_text('document', 'service_level')) }} as numeric(6, 4)) as service_level,
        cast({{ blank_to_null(json_text('document', 'review_days')) }} as integer) as review_days,
        cast({{ blank_to_null(json_text('document', 'target_days_of_supply')) }} as integer) as target_days_of_supply,
        cast({{ blank_to_null(json_text('document', 'is_seasonal')) }} as boolean) as is_seasonal,
        cast({{ blank_to_null(json_text('document', 'valid_until')) }} as date) as valid_until

    from documents

)

select * from policies
