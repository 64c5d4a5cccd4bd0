with

documents as (

    select * from {{ source('wms', 'wms_counts') }}

),

counts as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as count_id,
        upper(trim({{ json_text('document', 'location') }})) as location_id,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ json_text('document', 'units') }} as integer) as units,
        {{ instant(json_text('document', 'counted_at')) }} as counted_at

    from documents

)

select * from counts
