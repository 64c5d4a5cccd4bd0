with

documents as (

    select * from {{ source('amazon', 'amazon_fba_inventory') }}

),

levels as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as fba_level_id,
        {{ json_text('document', 'sellerSku') }} as sku_as_sent,
        {{ json_text('document', 'fnSku') }} as fn_sku,
        {{ clean_sku(json_text('document', 'sellerSku')) }} as sku,
        {{ instant("nullif(" ~ json_text('document', 'lastUpdatedTime') ~ ", '')") }} as updated_at,
        cast({{ json_text('document', 'totalQuantity') }} as integer) as total_units,
        cast({{ json_text('document', 'inventoryDetails', 'fulfillableQuantity') }} as integer) as available_units,
        coalesce(cast({{ json_text('document', 'inventoryDetails', 'inboundWorkingQuantity') }} as integer), 0)
        + coalesce(cast({{ json_text('document', 'inventoryDetails', 'inboundShippedQuantity') }} as integer), 0)
        + coalesce(cast({{ json_text('document', 'inventoryDetails', 'inboundReceivingQuantity') }} as integer), 0)
            as incoming_units,
        cast(
            {{ json_text('document', 'inventoryDetails', 'reservedQuantity', 'totalReservedQuantity') }} as integer
        ) as reserved_units,
        cast(
            {{ json_text('document', 'inventoryDetails', 'unfulfillableQuantity', 'totalUnfulfillableQuantity') }}
            as integer
        ) as unsaleable_units

    from documents

)

select * from levels
