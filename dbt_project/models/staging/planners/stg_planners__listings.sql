with

documents as (

    select * from {{ source('planners', 'planners_listings') }}

),

listings as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as listing_part_id,
        lower(trim({{ json_text('document', 'channel') }})) as channel_id,
        trim({{ json_text('document', 'listing') }}) as listing_id,
        {{ clean_sku(json_text('document', 'listing')) }} as listing_sku,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        coalesce(cast({{ blank_to_null(json_text('document', 'units_per_listing')) }} as integer), 1)
            as units_per_listing,
        cast({{ blank_to_null(json_text('document', 'valid_from')) }} as date) as valid_from,
        cast({{ blank_to_null(json_text('document', 'valid_until')) }} as date) as valid_until

    from documents

)

select * from listings
