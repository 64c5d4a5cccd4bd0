with

documents as (

    select * from {{ source('planners', 'planners_channel_stock') }}

),

channel_stock as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as rule_id,
        lower(trim({{ json_text('document', 'channel') }})) as channel_id,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ blank_to_null(json_text('document', 'share_percent')) }} as numeric(6, 2)) as share_percent,
        cast({{ blank_to_null(json_text('document', 'buffer_units')) }} as integer) as buffer_units,
        {{ blank_to_null(json_text('document', 'set_by')) }} as set_by,
        cast({{ blank_to_null(json_text('document', 'valid_until')) }} as date) as valid_until

    from documents

)

select * from channel_stock
