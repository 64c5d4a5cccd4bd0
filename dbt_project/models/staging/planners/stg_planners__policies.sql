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
        -- A file may do without these columns.
        cast({{ blank_to_null(json_text('document', 'maximum_cover_days')) }} as integer) as maximum_cover_days,
        cast({{ blank_to_null(json_text('document', 'margin')) }} as numeric(14, 4)) as margin,
        cast({{ blank_to_null(json_text('document', 'goodwill')) }} as numeric(14, 4)) as goodwill,
        cast({{ blank_to_null(json_text('document', 'order_cost')) }} as numeric(14, 4)) as order_cost,
        cast({{ blank_to_null(json_text('document', 'carrying_rate')) }} as numeric(6, 4)) as carrying_rate,
        cast({{ blank_to_null(json_text('document', 'is_seasonal')) }} as boolean) as is_seasonal,
        cast({{ blank_to_null(json_text('document', 'valid_until')) }} as date) as valid_until

    from documents

)

select * from policies
