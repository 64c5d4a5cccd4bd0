with

documents as (

    select * from {{ source('amazon', 'amazon_orders') }}

),

said as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('item.document', 'line_id') }} as order_line_id,
        {{ json_text('item.document', 'orderItemId') }} as order_item_id,
        {{ instant(json_text('documents.document', 'lastUpdatedTime')) }} as updated_at,
        coalesce({{ json_text('documents.document', 'fulfillment', 'fulfillmentStatus') }}, '') = 'CANCELLED'
            as is_cancelled,
        cast({{ json_text('item.document', 'quantityOrdered') }} as integer) as units_ordered,
        cast({{ json_text('item.document', 'fulfillment', 'quantityUnfulfilled') }} as integer) as units_left,
        coalesce(cast({{ json_text('item.document', 'fulfillment', 'quantityFulfilled') }} as integer), 0)
            as units_fulfilled

    from documents
    {{ each_element('documents.document', ['orderItems'], 'item') }}

),

-- What is neither sent nor left to send was cancelled; an order cancelled as a whole takes back its items by itself.
items as (

    select
        *,
        case
            when is_cancelled or units_left is null then 0
            else greatest(units_ordered - units_fulfilled - units_left, 0)
        end as units_cancelled

    from said

),

parcel_items as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        {{ json_text('parcel.document', 'packageReferenceId') }} as parcel_id,
        {{ json_text('parcel_item.document', 'orderItemId') }} as order_item_id,
        {{ instant(json_text('parcel.document', 'shipTime')) }} as sent_at,
        cast({{ json_text('parcel_item.document', 'quantity') }} as integer) as units

    from documents
    {{ each_element('documents.document', ['packages'], 'parcel') }}
    {{ each_element('parcel.document', ['packageItems'], 'parcel_item') }}

    where {{ json_text('parcel.document', 'shipTime') }} is not null

),

-- One row per parcel and line, so that its key is one.
parcels as (

    select
        items.landing_file_id,
        items.landing_line_number,
        items.order_id,
        items.order_line_id,
        parcel_items.parcel_id,
        min(parcel_items.sent_at) as sent_at,
        sum(parcel_items.units) as units

    from parcel_items
    inner join items
        on
            parcel_items.landing_file_id = items.landing_file_id
            and parcel_items.landing_line_number = items.landing_line_number
            and parcel_items.order_item_id = items.order_item_id

    group by
        items.landing_file_id,
        items.landing_line_number,
        items.order_id,
        items.order_line_id,
        parcel_items.parcel_id

),

parcel_units as (

    select
        landing_file_id,
        landing_line_number,
        order_line_id,
        sum(units) as units

    from parcels

    group by
        landing_file_id,
        landing_line_number,
        order_line_id

),

-- What was sent without a parcel that says when, as reports tell it.
sent_otherwise as (

    select
        items.landing_file_id,
        items.landing_line_number,
        items.order_id,
        items.order_line_id,
        items.updated_at,
        items.units_fulfilled - coalesce(parcel_units.units, 0) as units

    from items
    left join parcel_units
        on
            items.landing_file_id = parcel_units.landing_file_id
            and items.landing_line_number = parcel_units.landing_line_number
            and items.order_line_id = parcel_units.order_line_id

),

-- No moment of a cancellation is said. It was there in the first version of the order that knows it: few lines are
-- cancelled, and the versions of their orders are found by key.
cancelled as (

    select
        items.landing_file_id,
        items.landing_line_number,
        items.order_id,
        items.order_line_id,
        items.units_cancelled as units,
        min({{ instant(json_text('versions.document', 'lastUpdatedTime')) }}) as occurred_at

    from items
    inner join documents as versions
        on items.order_id = versions.record_key
    {{ each_element('versions.document', ['orderItems'], 'version_item') }}

    where
        items.units_cancelled > 0
        and {{ json_text('version_item.document', 'line_id') }} = items.order_line_id
        and coalesce(cast({{ json_text('version_item.document', 'fulfillment', 'quantityFulfilled') }} as integer), 0)
        + cast({{ json_text('version_item.document', 'fulfillment', 'quantityUnfulfilled') }} as integer)
        <= items.units_ordered - items.units_cancelled

    group by
        items.landing_file_id,
        items.landing_line_number,
        items.order_id,
        items.order_line_id,
        items.units_cancelled

),

events as (

    {{ line_event('parcels', "'fulfilled'", key="order_line_id || '/parcel/' || parcel_id", at='sent_at') }}

    union all

    {{ line_event('sent_otherwise', "'fulfilled'", key="order_line_id || '/sent'", at='updated_at') }}

    union all

    {{ line_event('cancelled', "'cancelled'", key="order_line_id || '/cancelled'") }}

)

select * from events
