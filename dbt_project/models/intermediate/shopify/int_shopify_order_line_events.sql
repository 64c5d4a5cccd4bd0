{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        unique_key=['order_line_id', 'event_kind', 'event_key'],
        on_schema_change='fail',
        pre_hook='{{ forget_superseded_orders() }}',
        post_hook='analyze {{ this }}'
    )
}}

with

versions as (

    select
        landing_file_id,
        landing_line_number

    from {{ ref('int_shopify_order_versions') }}

    {% if is_incremental() %}
        where order_id not in (select this.order_id from {{ this }} as this)
    {% endif %}

),

order_lines as (

    select known_lines.*

    from {{ ref('int_shopify_order_lines') }} as known_lines
    inner join versions
        on
            known_lines.landing_file_id = versions.landing_file_id
            and known_lines.landing_line_number = versions.landing_line_number

),

refund_lines as (

    select landed_refunds.*

    from {{ ref('stg_shopify__refund_lines') }} as landed_refunds
    inner join versions
        on
            landed_refunds.landing_file_id = versions.landing_file_id
            and landed_refunds.landing_line_number = versions.landing_line_number

),

fulfillment_lines as (

    select landed_parcels.*

    from {{ ref('stg_shopify__fulfillment_lines') }} as landed_parcels
    inner join versions
        on
            landed_parcels.landing_file_id = versions.landing_file_id
            and landed_parcels.landing_line_number = versions.landing_line_number

    where landed_parcels.status = 'SUCCESS'

),

ordered as (

    select
        order_line_id,
        'ordered' as event_kind,
        'ordered' as event_key,
        ordered_at as occurred_at,
        units_ordered as units,
        cast(null as text) as shopify_location_id

    from order_lines

),

-- CANCEL takes units off the order before they ship; everything else comes back from the shopper, into stock or not.
refunded as (

    select
        order_line_id,
        case
            when restock_type = 'CANCEL' then 'cancelled'
            when restock_type = 'NO_RESTOCK' then 'returned_unsaleable'
            else 'returned'
        end as event_kind,
        refund_line_id as event_key,
        refunded_at as occurred_at,
        units,
        shopify_location_id

    from refund_lines

    where units > 0

),

fulfilled as (

    select
        order_line_id,
        'fulfilled' as event_kind,
        fulfillment_line_id as event_key,
        fulfilled_at as occurred_at,
        units,
        shopify_location_id

    from fulfillment_lines

    where units > 0

),

settled_units as (

    select
        order_line_id,
        sum(units) as units

    from (
        select
            order_line_id,
            units

        from refunded

        union all

        select
            order_line_id,
            units

        from fulfilled
    ) as settled

    group by order_line_id

),

-- An order cancelled as a whole may carry no refund (nothing was paid yet): what is neither refunded nor shipped then
-- counts as cancelled at that moment.
cancelled_without_refund as (

    select
        order_lines.order_line_id,
        'cancelled' as event_kind,
        'order' as event_key,
        order_lines.cancelled_at as occurred_at,
        order_lines.units_ordered - coalesce(settled_units.units, 0) as units,
        cast(null as text) as shopify_location_id

    from order_lines
    left join settled_units
        on order_lines.order_line_id = settled_units.order_line_id

    where
        order_lines.cancelled_at is not null
        and order_lines.units_ordered > coalesce(settled_units.units, 0)

),

unioned as (

    select * from ordered

    union all

    select * from refunded

    union all

    select * from fulfilled

    union all

    select * from cancelled_without_refund

),

-- An event belongs to exactly one line, so this join keeps every row once.
events as (

    select
        order_lines.order_id,
        unioned.order_line_id,
        unioned.event_kind,
        unioned.event_key,
        unioned.occurred_at,
        unioned.units,
        order_lines.sku,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.variant_id is null and not order_lines.requires_shipping as is_custom_service,
        coalesce(unioned.shopify_location_id, order_lines.shopify_location_id) as shopify_location_id

    from unioned
    inner join order_lines
        on unioned.order_line_id = order_lines.order_line_id

)

select * from events
