with

documents as (

    select * from {{ source('planners', 'planners_promotions') }}

),

promotions as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as promotion_id,
        {{ blank_to_null(json_text('document', 'name')) }} as name,
        {{ blank_to_null(json_text('document', 'category')) }} as category,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ blank_to_null(json_text('document', 'starts_on')) }} as date) as starts_on,
        cast({{ blank_to_null(json_text('document', 'ends_on')) }} as date) as ends_on,
        cast({{ blank_to_null(json_text('document', 'discount_percent')) }} as numeric(5, 2)) as discount_percent

    from documents

)

select * from promotions
