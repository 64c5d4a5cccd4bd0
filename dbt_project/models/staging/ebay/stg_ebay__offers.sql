with

documents as (

    select * from {{ source('ebay', 'ebay_offers') }}

),

found as (

    select
        documents.landing_file_id,
        documents.line_number,
        {{ json_text('offer.document', 'offerId') }} as offer_id,
        {{ json_text('offer.document', 'marketplaceId') }} as marketplace_id,
        {{ json_text('offer.document', 'listing', 'listingId') }} as ebay_listing_id,
        {{ json_text('offer.document', 'pricingSummary', 'price', 'currency') }} as currency,
        cast({{ json_text('offer.document', 'pricingSummary', 'price', 'value') }} as numeric(14, 4)) as unit_price,
        cast({{ json_text('offer.document', 'availableQuantity') }} as integer) as allowed_units,
        coalesce({{ json_text('offer.document', 'status') }}, '') = 'PUBLISHED' as is_published

    from documents
    {{ each_element('documents.document', ['offers'], 'offer') }}

),

-- That an item is not offered is an answer too.
offers as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as listing_id,
        found.offer_id,
        found.marketplace_id,
        found.ebay_listing_id,
        found.currency,
        found.unit_price,
        found.allowed_units,
        coalesce(found.is_published, false) as is_published

    from documents
    left join found
        on
            documents.landing_file_id = found.landing_file_id
            and documents.line_number = found.line_number

)

select * from offers
