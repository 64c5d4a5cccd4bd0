with

documents as (

    select * from {{ source('planners', 'planners_overrides') }}

),

overrides as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as override_id,
        trim({{ json_text('document', 'scope') }}) as scope,
        coalesce({{ blank_to_null(json_text('document', 'key')) }}, '') as key,
        trim({{ json_text('document', 'kind') }}) as kind,
        {{ blank_to_null(json_text('document', 'value')) }} as wanted,
        {{ blank_to_null(json_text('document', 'set_by')) }} as set_by,
        {{ blank_to_null(json_text('document', 'why')) }} as why,
        cast({{ blank_to_null(json_text('document', 'set_on')) }} as date) as set_on,
        cast({{ blank_to_null(json_text('document', 'valid_until')) }} as date) as valid_until

    from documents

)

select * from overrides
