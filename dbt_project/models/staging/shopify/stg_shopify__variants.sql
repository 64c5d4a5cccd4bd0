with

documents as (

    select * from {{ source('shopify', 'shopify_products') }}

),

variants as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as product_id,
        {{ json_text('variant.document', 'id') }} as variant_id,
        {{ json_text('variant.document', 'inventoryItem', 'id') }} as inventory_item_id,
        {{ json_text('variant.document', 'sku') }} as sku_as_sent,
        {{ json_text('documents.document', 'title') }} as title,
        {{ json_text('variant.document', 'title') }} as variant_title,
        {{ json_text('documents.document', 'handle') }} as handle,
        {{ json_text('variant.document', 'barcode') }} as barcode,
        {{ json_text('documents.document', 'status') }} as status,
        {{ json_text('documents.document', 'featuredMedia', 'preview', 'image', 'url') }} as image_url,
        {{ json_text('variant.document', 'inventoryItem', 'unitCost', 'currencyCode') }} as unit_cost_currency,
        {{ clean_sku(json_text('variant.document', 'sku')) }} as sku,
        {{ blank_to_null(json_text('documents.document', 'productType')) }} as category,
        {{ blank_to_null(json_text('documents.document', 'vendor')) }} as vendor,
        cast({{ json_text('variant.document', 'price') }} as numeric(14, 4)) as unit_price,
        cast({{ json_text('variant.document', 'inventoryItem', 'unitCost', 'amount') }} as numeric(14, 4)) as unit_cost,
        {{ instant(json_text('documents.document', 'updatedAt')) }} as updated_at

    from documents
    {{ each_element('documents.document', ['variants', 'nodes'], 'variant') }}

)

select * from variants
