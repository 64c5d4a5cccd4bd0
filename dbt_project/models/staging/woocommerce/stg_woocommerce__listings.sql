with

documents as (

    select * from {{ source('woocommerce', 'woocommerce_products') }}

),

products as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as product_id,
        record_key as listing_id,
        {{ json_text('document', 'sku') }} as sku_as_sent,
        {{ json_text('document', 'name') }} as title,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        cast(nullif({{ json_text('document', 'price') }}, '') as numeric(14, 4)) as unit_price,
        {{ utc_instant(json_text('document', 'date_modified_gmt')) }} as updated_at,
        cast({{ json_text('document', 'stock_quantity') }} as integer) as shown_units,
        coalesce({{ json_text('document', 'status') }}, '') = 'publish'
        and coalesce({{ json_text('document', 'manage_stock') }}, '') = 'true' as is_active

    from documents

    where coalesce({{ json_text('document', 'type') }}, '') <> 'variable'

),

variations as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as product_id,
        documents.record_key || '/' || ({{ json_text('variation.document', 'id') }}) as listing_id,
        {{ json_text('variation.document', 'sku') }} as sku_as_sent,
        {{ json_text('documents.document', 'name') }} as title,
        {{ clean_sku(json_text('variation.document', 'sku')) }} as sku,
        cast(nullif({{ json_text('variation.document', 'price') }}, '') as numeric(14, 4)) as unit_price,
        {{ utc_instant(json_text('documents.document', 'date_modified_gmt')) }} as updated_at,
        cast({{ json_text('variation.document', 'stock_quantity') }} as integer) as shown_units,
        coalesce({{ json_text('documents.document', 'status') }}, '') = 'publish'
        and coalesce({{ json_text('variation.document', 'status') }}, '') = 'publish'
        and coalesce({{ json_text('variation.document', 'manage_stock') }}, '') = 'true' as is_active

    from documents
    {{ each_element('documents.document', ['variation_records'], 'variation') }}

),

listings as (

    select * from products

    union all

    select * from variations

)

select * from listings
