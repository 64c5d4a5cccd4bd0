with

order_events as (

    select * from {{ ref('int_order_line_events_unioned') }}

),

skus as (

    select sku from {{ ref('int_skus') }}

),

receipts as (

    select * from {{ ref('int_receipts') }}

),

adjustments as (

    select * from {{ ref('stg_wms__adjustments') }}

),

ranked_adjustments as (

    select
        *,
        {{ newest_first('adjustment_id') }} as version_rank

    from adjustments

),

-- Units leave what is available to sell when they are ordered, not when they ship; unsaleable returns never come back.
sold_and_taken_back as (

    select
        order_events.sku,
        order_events.occurred_at,
        order_events.location_id,
        case
            when order_events.event_kind = 'ordered' then 'sold'
            else order_events.event_kind
        end as movement_kind,
        case
            when order_events.event_kind = 'ordered' then -order_events.units
            else order_events.units
        end as units

    from order_events
    inner join skus
        on order_events.sku = skus.sku

    where
        order_events.event_kind in ('ordered', 'cancelled', 'returned')
        and not order_events.is_custom_service

),

received as (

    select
        sku,
        received_at as occurred_at,
        location_id,
        'received' as movement_kind,
        units

    from receipts

),

adjusted as (

    select
        sku,
        occurred_at,
        location_id,
        'adjusted' as movement_kind,
        units

    from ranked_adjustments

    where version_rank = 1

),

movements as (

    select * from sold_and_taken_back

    union all

    select * from received

    union all

    select * from adjusted

)

select * from movements
