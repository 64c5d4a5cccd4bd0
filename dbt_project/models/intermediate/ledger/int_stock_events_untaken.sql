with

order_line_events as (

    select * from {{ ref('int_order_line_events_recent') }}

),

wms_events as (

    select * from {{ ref('int_wms_events_recent') }}

),

supplier_counts as (

    select * from {{ ref('int_supplier_counts_recent') }}

),

-- Where an event happens: a cancellation where units were promised from, so does what comes back, if nobody says where.
happened as (

    select
        *,
        coalesce(
            case when event_kind = 'cancelled' then promised_from else location_id end,
            case when event_kind = 'returned_unsaleable' then promised_from end,
            'UNASSIGNED'
        ) as happened_at,
        coalesce(promised_from, 'UNASSIGNED') as promised_at

    from order_line_events

),

-- A parcel may leave from another place than the one that the units were promised from: then each place has a row.
at_places as (

    select
        *,
        happened_at as place,
        units as units_here,
        case when happened_at = promised_at then units else 0 end as units_promised_here

    from happened

    union all

    select
        *,
        promised_at as place,
        0 as units_here,
        units as units_promised_here

    from happened

    where
        event_kind = 'fulfilled'
        and happened_at <> promised_at

),

-- What an event changes. Sold units lie there until they are sent; what shoppers send back lies there again, for sale
-- or damaged.
of_orders as (

    select
        channel_id as source,
        document_key,
        said_at,
        landing_file_id,
        landing_line_number,
        channel_id,
        order_line_id || '/' as line_key,
        case event_kind
            when 'ordered' then 'sale'
            when 'cancelled' then 'cancellation'
            when 'fulfilled' then 'fulfilment'
            when 'returned' then 'return'
            when 'returned_unsaleable' then 'return'
        end as kind,
        sku,
        place as location_id,
        case
            when event_kind = 'fulfilled' then -units_here
            when event_kind in ('returned', 'returned_unsaleable') then units_here
            else 0
        end as on_hand_change,
        case event_kind
            when 'ordered' then units_here
            when 'cancelled' then -units_here
            when 'fulfilled' then -units_promised_here
            else 0
        end as committed_change,
        case when event_kind = 'returned_unsaleable' then units_here else 0 end as damaged_change,
        cast(null as integer) as counted_units,
        occurred_at

    from at_places

),

said_by_others as (

    select
        'wms' as source,
        document_key,
        landing_file_id,
        landing_line_number,
        kind,
        sku,
        location_id,
        units,
        occurred_at

    from wms_events

    union all

    select
        'suppliers' as source,
        document_key,
        landing_file_id,
        landing_line_number,
        kind,
        sku,
        location_id,
        units,
        occurred_at

    from supplier_counts

),

of_others as (

    select
        source,
        document_key,
        cast(null as timestamp with time zone) as said_at,
        landing_file_id,
        landing_line_number,
        cast(null as text) as channel_id,
        '' as line_key,
        kind,
        sku,
        coalesce(location_id, 'UNASSIGNED') as location_id,
        case when kind = 'count' then 0 else units end as on_hand_change,
        0 as committed_change,
        0 as damaged_change,
        case when kind = 'count' then units end as counted_units,
        occurred_at

    from said_by_others

),

events as (

    select * from of_orders

    union all

    select * from of_others

)

select * from events
