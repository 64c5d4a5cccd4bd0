with

documents as (

    select * from {{ source('amazon', 'amazon_listings') }}

),

-- What Amazon sends from its own warehouses it also counts; what the seller closed is not brought back.
listings as (

    select
        landing_file_id,
        line_number as landing_line_number,
        record_key as listing_id,
        record_key as sku_as_sent,
        {{ json_text('document', 'summary', 'itemName') }} as title,
        {{ clean_sku('record_key') }} as sku,
        cast({{ json_text('document', 'offer', 'price', 'amount') }} as numeric(14, 4)) as unit_price,
        {{ instant(json_text('document', 'summary', 'lastUpdatedDate')) }} as updated_at,
        {{ json_text('document', 'summary', 'asin') }} as asin,
        coalesce({{ json_text('document', 'merchant_fulfilled') }}, '') = 'true'
        and coalesce({{ json_text('document', 'closed') }}, '') <> 'true' as is_active

    from documents

)

select * from listings
