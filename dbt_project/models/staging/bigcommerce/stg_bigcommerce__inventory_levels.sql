with

documents as (

    select * from {{ source('bigcommerce', 'bigcommerce_inventory_items') }}

),

inventory_levels as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as inventory_item_id,
        {{ json_text('documents.document', 'identity', 'product_id') }} as product_id,
        {{ json_text('documents.document', 'identity', 'variant_id') }} as variant_id,
        {{ clean_sku(json_text('documents.document', 'identity', 'sku')) }} as sku,
        {{ json_text('place.document', 'location_id') }} as place_id,
        upper(trim({{ json_text('place.document', 'location_code') }})) as place_code,
        cast({{ json_text('place.document', 'available_to_sell') }} as integer) as available_units,
        cast({{ json_text('place.document', 'total_inventory_onhand') }} as integer) as on_hand_units,
        coalesce({{ json_text('place.document', 'location_enabled') }}, '') = 'true' as is_enabled

    from documents
    {{ each_element('documents.document', ['locations'], 'place') }}

)

select * from inventory_levels
