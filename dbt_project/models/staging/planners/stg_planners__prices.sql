with

documents as (

    select * from {{ source('planners', 'planners_prices') }}

),

prices as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as planned_price_id,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ blank_to_null(json_text('document', 'price')) }} as numeric(14, 4)) as price,
        -- A file may do without this column.
        cast({{ blank_to_null(json_text('document', 'usual_price')) }} as numeric(14, 4)) as usual_price,
        cast({{ blank_to_null(json_text('document', 'from')) }} as date) as first_date,
        cast({{ blank_to_null(json_text('document', 'until')) }} as date) as last_date,
        {{ blank_to_null(json_text('document', 'why')) }} as why,
        {{ blank_to_null(json_text('document', 'who')) }} as set_by

    from documents

)

select * from prices
