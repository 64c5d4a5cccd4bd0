with

documents as (

    select * from {{ source('planners', 'planners_locations') }}

),

locations as (

    select
        landing_file_id,
        line_number as landing_line_number,
        upper(trim(record_key)) as location_id,
        {{ blank_to_null("lower(trim(" ~ json_text('document', 'source_of_truth') ~ "))") }} as source_of_truth,
        cast({{ blank_to_null(json_text('document', 'ship_priority')) }} as integer) as ship_priority

    from documents

)

select * from locations
