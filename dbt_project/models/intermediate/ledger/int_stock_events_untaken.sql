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

-- What an event changes. Sold units lie there until they are sent; what shoppers send back lies there again. A parcel
-- may leave from another place than the one that the units were promised from: then each place has a row.
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
        end as kind,
        sku,
        coalesce(case when event_kind = 'cancelled' then promised_from else location_id end, 'UNASSIGNED')
            as location_id,
        case event_kind
            when 'fulfilled' then -units
            when 'returned' then units
            else 0
        end as on_hand_change,
        case
            when event_kind = 'ordered' then units
            when event_kind = 'cancelled' then -units
            when event_kind = 'fulfilled' and coalesce(location_id, '') = coalesce(promised_from, '') then -units
            else 0
        end as committed_change,
        cast(null as integer) as counted_units,
        occurred_at

    from order_line_events

),

sent_from_elsewhere as (

    select
        channel_id as source,
        document_key,
        said_at,
        landing_file_id,
        landing_line_number,
        channel_id,
        order_line_id || '/' as line_key,
        'fulfilment' as kind,
        sku,
        coalesce(promised_from, 'UNASSIGNED') as location_id,
        0 as on_hand_change,
        -units as committed_change,
        cast(null as integer) as counted_units,
        occurred_at

    from order_line_events

    where
        event_kind = 'fulfilled'
        and coalesce(location_id, '') <> coalesce(promised_from, '')

),

of_the_warehouse as (

    select
        'wms' as source,
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
        case when kind = 'count' then units end as counted_units,
        occurred_at

    from wms_events

),

of_suppliers as (

    select
        'suppliers' as source,
        document_key,
        cast(null as timestamp with time zone) as said_at,
        landing_file_id,
        landing_line_number,
        cast(null as text) as channel_id,
        '' as line_key,
        kind,
        sku,
        location_id,
        0 as on_hand_change,
        0 as committed_change,
        units as counted_units,
        occurred_at

    from supplier_counts

),

events as (

    select * from of_orders

    union all

    select * from sent_from_elsewhere

    union all

    select * from of_the_warehouse

    union all

    select * from of_suppliers

)

select * from events
