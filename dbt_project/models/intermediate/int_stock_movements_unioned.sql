with

order_events as (

    select * from {{ ref('int_order_line_events_unioned') }}

),

order_lines as (

    select * from {{ ref('int_order_lines_conformed') }}

    where line_class = 'stock'

),

receipts as (

    select * from {{ ref('stg_wms__receipts') }}

),

adjustments as (

    select * from {{ ref('stg_wms__adjustments') }}

),

ranked_receipts as (

    select
        *,
        {{ newest_first('receipt_id') }} as version_rank

    from receipts

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
        order_lines.sku,
        order_events.occurred_at,
        case
            when order_events.event_kind = 'ordered' then 'sold'
            else order_events.event_kind
        end as movement_kind,
        coalesce(order_events.location_id, order_lines.location_id) as location_id,
        case
            when order_events.event_kind = 'ordered' then -order_events.units
            else order_events.units
        end as units

    from order_events
    inner join order_lines
        on
            order_events.channel_id = order_lines.channel_id
            and order_events.order_line_id = order_lines.order_line_id

    where order_events.event_kind in ('ordered', 'cancelled', 'returned')

),

received as (

    select
        sku,
        received_at as occurred_at,
        'received' as movement_kind,
        location_id,
        units

    from ranked_receipts

    where version_rank = 1

),

adjusted as (

    select
        sku,
        occurred_at,
        'adjusted' as movement_kind,
        location_id,
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
