with

documents as (

    select * from {{ source('shopify', 'shopify_locations') }}

),

locations as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as shopify_location_id,
        {{ json_text('document', 'name') }} as name,
        {{ json_text('document', 'address', 'address1') }} as address_line,
        {{ json_text('document', 'address', 'city') }} as city,
        {{ json_text('document', 'address', 'zip') }} as postcode,
        {{ json_text('document', 'address', 'countryCode') }} as country_code,
        upper(trim({{ json_text('document', 'name') }})) as location_id,
        cast({{ json_text('document', 'isActive') }} as boolean) as is_active,
        cast({{ json_text('document', 'fulfillsOnlineOrders') }} as boolean) as fulfills_online_orders

    from documents

)

select * from locations
