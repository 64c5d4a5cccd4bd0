-- One row per record and item that changed what can be sold lately, oldest first. An order is one row, less what was
-- cancelled of it; that goods left changes nothing that can be sold.
with items as (
    select
        listed.sku,
        listed.location_id
    from unnest(%(skus)s::text[], %(locations)s::text[]) as listed (sku, location_id)
),

events as (
    select
        items.sku,
        items.location_id,
        stock_events.channel_id,
        stock_events.document_key,
        stock_events.occurred_at,
        stock_events.recorded_at,
        stock_events.kind,
        case when stock_events.kind in ('sale', 'cancellation', 'fulfilment') then 'sale' else stock_events.kind end
            as timeline_kind,
        stock_events.committed_change + stock_events.reserved_change + stock_events.damaged_change
        - stock_events.on_hand_change as units
    from items
    inner join ops.stock_events as stock_events
        on items.sku = stock_events.sku and items.location_id = stock_events.location_id
    where stock_events.kind <> 'count'
),

records as (
    select
        sku,
        location_id,
        timeline_kind,
        channel_id,
        document_key,
        coalesce(min(occurred_at) filter (where kind = 'sale'), min(occurred_at)) as occurred_at,
        min(recorded_at) as recorded_at,
        sum(units) as units
    from events
    group by
        sku, location_id, timeline_kind, channel_id, document_key,
        case when timeline_kind <> 'sale' then occurred_at end
    having sum(units) <> 0
),

ranked as (
    select
        records.*,
        row_number() over (
            partition by records.sku, records.location_id
            order by records.occurred_at desc, records.recorded_at desc, records.document_key desc
        ) as age_rank
    from records
)

select
    ranked.sku,
    ranked.location_id,
    ranked.occurred_at,
    ranked.recorded_at,
    ranked.timeline_kind,
    ranked.channel_id,
    ranked.document_key,
    ranked.units::integer as units,
    channels.ship_from is null as is_place_fixed
from ranked
left join ops.channels as channels on ranked.channel_id = channels.channel_id
where ranked.age_rank <= 200
order by ranked.sku asc, ranked.location_id asc, ranked.age_rank desc
