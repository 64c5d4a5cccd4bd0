with

documents as (

    select * from {{ source('shopify', 'shopify_inventory_levels') }}

),

inventory_levels as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as inventory_item_id,
        {{ json_text('level.document', 'location', 'id') }} as shopify_location_id,
        {{ json_text('quantity.document', 'name') }} as inventory_state,
        {{ clean_sku(json_text('documents.document', 'sku')) }} as sku,
        cast({{ json_text('quantity.document', 'quantity') }} as integer) as units,
        {{ instant(json_text('documents.document', 'updatedAt')) }} as updated_at

    from documents
    {{ each_element('documents.document', ['inventoryLevels', 'nodes'], 'level') }}
    {{ each_element('level.document', ['quantities'], 'quantity') }}

)

select * from inventory_levels
