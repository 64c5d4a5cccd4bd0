with

documents as (

    select * from {{ source('planners', 'planners_locations') }}

),

locations as (

    select
        landing_file_id,
        line_number as landing_line_number,
        upper(trim(record_key)) as location_id,
        lower(trim({{ json_text('document', 'source_of_truth') }})) as source_of_truth

    from documents

)

select * from locations
