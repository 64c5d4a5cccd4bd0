with

documents as (

    select * from {{ source('ebay', 'ebay_inventory_items') }}

),

inventory_items as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as listing_id,
        record_key as sku_as_sent,
        {{ json_text('document', 'product', 'title') }} as title,
        {{ clean_sku('record_key') }} as sku,
        cast({{ json_text('document', 'availability', 'shipToLocationAvailability', 'quantity') }} as integer)
            as shown_units

    from documents

)

select * from inventory_items
