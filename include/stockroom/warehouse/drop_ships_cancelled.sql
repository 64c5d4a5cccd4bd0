-- One row per line of a drop-ship order, of orders of which shoppers want less by now than was passed on.
with passed as (
    select
        drop_ships.channel_id,
        drop_ships.document_key,
        drop_ships.order_name,
        drop_ships.part_number,
        drop_ships.sku,
        orders.po_number,
        orders.supplier_id,
        orders.state,
        lines.line_number,
        lines.units,
        coalesce(answers.units_rejected, 0) as units_rejected,
        coalesce(answers.units_shipped, 0) as units_shipped
    from ops.drop_ship_lines as drop_ships
    inner join ops.purchase_orders as orders on drop_ships.po_number = orders.po_number
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version and drop_ships.sku = lines.sku
    left join ops.purchase_order_line_answers as answers
        on lines.po_number = answers.po_number and lines.line_number = answers.line_number
    where
        orders.state in ('released', 'sent', 'acknowledged', 'shipped')
        or (orders.state = 'closed' and orders.updated_at >= %(since)s)
),

passed_skus as (
    select distinct
        channel_id,
        document_key,
        sku
    from passed
),

-- What left the ledger is too old to be taken back.
wanted as (
    select
        events.source as channel_id,
        events.document_key,
        events.sku,
        sum(events.committed_change) filter (where events.kind in ('sale', 'cancellation')) as units
    from ops.stock_events as events
    inner join passed_skus
        on
            events.source = passed_skus.channel_id and events.document_key = passed_skus.document_key
            and events.sku = passed_skus.sku
    group by events.source, events.document_key, events.sku
    having count(*) filter (where events.kind = 'sale') > 0
),

-- Of what was passed on in several orders the first is wanted longest.
compared as (
    select
        passed.*,
        greatest(
            wanted.units - coalesce(
                sum(passed.units) over (
                    partition by passed.channel_id, passed.document_key, passed.sku
                    order by passed.part_number, passed.po_number rows between unbounded preceding and 1 preceding
                ), 0
            ), 0
        ) as units_left
    from passed
    left join wanted
        on
            passed.channel_id = wanted.channel_id and passed.document_key = wanted.document_key
            and passed.sku = wanted.sku
),

reduced as (
    select po_number
    from compared
    where units_left < units
)

select
    po_number,
    state,
    channel_id,
    order_name,
    supplier_id,
    line_number,
    sku,
    units,
    units_rejected,
    units_shipped,
    least(units, coalesce(units_left, units))::integer as units_wanted
from compared
where po_number in (select reduced.po_number from reduced)
order by po_number, line_number
