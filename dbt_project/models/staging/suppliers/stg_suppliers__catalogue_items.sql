with

documents as (

    select * from {{ source('suppliers', 'suppliers_catalogues') }}

),

catalogue_items as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as catalogue_item_id,
        trim({{ json_text('document', 'supplier_id') }}) as supplier_id,
        trim({{ json_text('document', 'supplier_sku') }}) as supplier_sku,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        {{ blank_to_null(json_text('document', 'currency')) }} as currency,
        -- A catalogue may do without these columns.
        {{ blank_to_null(json_text('document', 'price_breaks')) }} as price_breaks,
        cast({{ blank_to_null(json_text('document', 'pallet_units')) }} as integer) as pallet_units,
        cast({{ blank_to_null(json_text('document', 'contract_unit_cost')) }} as numeric(14, 4)) as contract_unit_cost,
        cast({{ blank_to_null(json_text('document', 'contract_from')) }} as date) as contract_from,
        cast({{ blank_to_null(json_text('document', 'contract_until')) }} as date) as contract_until,
        cast({{ blank_to_null(json_text('document', 'unit_cost')) }} as numeric(14, 4)) as unit_cost,
        cast({{ blank_to_null(json_text('document', 'pack_units')) }} as integer) as pack_units,
        cast({{ blank_to_null(json_text('document', 'minimum_order_units')) }} as integer) as minimum_order_units,
        coalesce(
            cast({{ blank_to_null(json_text('document', 'is_discontinued')) }} as boolean), false
        ) as is_discontinued

    from documents

)

select * from catalogue_items
