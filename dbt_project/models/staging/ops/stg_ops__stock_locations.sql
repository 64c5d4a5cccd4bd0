with

locations as (

    select * from {{ source('ops', 'stock_locations') }}

),

renamed as (

    select
        location_id,
        source_of_truth,
        is_running,
        {{ names_in_commas('sources_in_level') }} as sources_in_level

    from locations

)

select * from renamed
