with

documents as (

    select * from {{ source('bigcommerce', 'bigcommerce_products') }}

),

products as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as product_id,
        document,
        {{ json_text('document', 'name') }} as title,
        {{ json_text('document', 'inventory_tracking') }} as inventory_tracking,
        cast({{ json_text('document', 'price') }} as numeric(14, 4)) as unit_price,
        {{ instant(json_text('document', 'date_modified')) }} as updated_at,
        coalesce({{ json_text('document', 'is_visible') }}, '') = 'true'
        and coalesce({{ json_text('document', 'availability') }}, '') <> 'disabled' as is_on_sale

    from documents

),

-- Stock is counted by product or by variant, never both; what is counted is what can be told.
counted_by_product as (

    select
        landing_file_id,
        landing_line_number,
        product_id,
        'product/' || product_id as listing_id,
        cast(null as text) as variant_id,
        {{ json_text('document', 'sku') }} as sku_as_sent,
        title,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        unit_price,
        updated_at,
        is_on_sale and inventory_tracking = 'product' as is_active

    from products

    where coalesce(inventory_tracking, '') <> 'variant'

),

counted_by_variant as (

    select
        products.landing_file_id,
        products.landing_line_number,
        products.product_id,
        'variant/' || ({{ json_text('variant.document', 'id') }}) as listing_id,
        {{ json_text('variant.document', 'id') }} as variant_id,
        {{ json_text('variant.document', 'sku') }} as sku_as_sent,
        products.title,
        {{ clean_sku(json_text('variant.document', 'sku')) }} as sku,
        -- A variant without a price of its own costs what the product costs.
        coalesce(
            cast({{ json_text('variant.document', 'price') }} as numeric(14, 4)), products.unit_price
        ) as unit_price,
        products.updated_at,
        products.is_on_sale
        and coalesce({{ json_text('variant.document', 'purchasing_disabled') }}, '') <> 'true' as is_active

    from products
    {{ each_element('products.document', ['variants'], 'variant') }}

    where products.inventory_tracking = 'variant'

),

listings as (

    select * from counted_by_product

    union all

    select * from counted_by_variant

)

select * from listings
