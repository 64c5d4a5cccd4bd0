with

documents as (

    select * from {{ source('wholesale', 'wholesale_orders') }}

),

order_rows as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as order_line_id,
        trim({{ json_text('document', 'order_number') }}) as order_id,
        {{ json_text('document', 'sku') }} as sku_as_sent,
        {{ json_text('document', 'description') }} as title,
        {{ clean_sku(json_text('document', 'sku')) }} as sku,
        {{ blank_to_null(json_text('document', 'customer_ref')) }} as customer_ref,
        {{ blank_to_null(json_text('document', 'country')) }} as country,
        upper({{ blank_to_null(json_text('document', 'ship_from')) }}) as location_id,
        upper({{ blank_to_null(json_text('document', 'currency')) }}) as currency,
        cast(trim({{ json_text('document', 'quantity') }}) as integer) as quantity,
        cast(trim({{ json_text('document', 'unit_price') }}) as numeric(14, 4)) as unit_price,
        {{ local_instant(json_text('document', 'ordered_at')) }} as ordered_at

    from documents

)

select * from order_rows
