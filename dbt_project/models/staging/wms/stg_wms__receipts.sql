with

documents as (

    select * from {{ source('wms', 'wms_receipts') }}

),

receipts as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as receipt_id,
        trim({{ json_text('document', 'shipment_id') }}) as shipment_id,
        trim({{ json_text('document', 'po_number') }}) as po_number,
        upper(trim({{ json_text('document', 'location') }})) as location_id,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast({{ blank_to_null(json_text('document', 'line_number')) }} as integer) as line_number,
        cast({{ json_text('document', 'units') }} as integer) as units,
        {{ instant(json_text('document', 'received_at')) }} as received_at

    from documents

)

select * from receipts
