-- One row per SKU of a shopper's order that is to come from a drop-shipper and was not passed on to it yet, or not all.
with drop_shippers as (
    select * from intermediate.int_drop_shippers
    where orders_from_date is not null
),

-- Promised at the place itself, less what is to leave from elsewhere after all.
promised as (
    select
        drop_shippers.supplier_id,
        events.location_id,
        events.channel_id,
        events.document_key,
        events.sku,
        min(events.occurred_at) as ordered_at,
        sum(events.committed_change) as units_open,
        sum(events.committed_change) filter (where events.kind in ('sale', 'cancellation')) - coalesce(
            (
                select sum(elsewhere.units) from ops.allocations as elsewhere
                where
                    elsewhere.channel_id = events.channel_id and elsewhere.document_key = events.document_key
                    and elsewhere.sku = events.sku and elsewhere.default_location_id = events.location_id
                    and elsewhere.location_id != events.location_id
            ), 0
        ) as units_wanted
    from drop_shippers
    inner join ops.stock_positions as positions
        on drop_shippers.location_id = positions.location_id and positions.committed_ever > 0
    inner join ops.stock_events as events
        on positions.sku = events.sku and positions.location_id = events.location_id
    where events.channel_id is not null
    group by drop_shippers.supplier_id, events.location_id, events.channel_id, events.document_key, events.sku
),

-- Promised at a place of ours that lacks it, and allocated to the drop-shipper's.
allocated as (
    select
        drop_shippers.supplier_id,
        allocations.location_id,
        allocations.channel_id,
        allocations.document_key,
        allocations.sku,
        min(events.occurred_at) as ordered_at,
        sum(events.committed_change) as units_open,
        allocations.units as units_wanted
    from drop_shippers
    inner join ops.allocations as allocations on drop_shippers.location_id = allocations.location_id
    inner join ops.stock_events as events
        on
            allocations.channel_id = events.source and allocations.document_key = events.document_key
            and allocations.sku = events.sku and allocations.default_location_id = events.location_id
    where allocations.default_location_id != allocations.location_id
    group by
        drop_shippers.supplier_id, allocations.location_id, allocations.channel_id, allocations.document_key,
        allocations.sku, allocations.units
),

waited_for as (
    select * from promised
    union all
    select * from allocated
),

passed as (
    select
        channel_id,
        document_key,
        sku,
        supplier_id,
        sum(units) as units,
        max(part_number) as parts
    from ops.drop_ship_lines
    group by channel_id, document_key, sku, supplier_id
),

offers as (
    select
        *,
        row_number() over (partition by sku, supplier_id order by offer_rank) as own_rank
    from marts.dim_supplier_offers
    where not is_discontinued and unit_cost > 0
),

-- At most one rate of a currency holds on a day.
rates as (
    select * from marts.dim_exchange_rates
    where
        currency != %(currency)s and rate_date <= %(today)s
        and (next_rate_date is null or next_rate_date > %(today)s)
)

select
    waited_for.supplier_id,
    waited_for.location_id,
    waited_for.channel_id,
    waited_for.document_key,
    waited_for.sku,
    offers.supplier_sku,
    offers.pack_units,
    offers.unit_cost,
    rates.rate as exchange_rate,
    rates.rate_date,
    least(waited_for.units_open, waited_for.units_wanted - coalesce(passed.units, 0))::integer as units,
    coalesce(passed.parts, 0) + 1 as part_number,
    coalesce(offers.currency, suppliers.currency, %(currency)s) as currency
from waited_for
inner join drop_shippers on waited_for.supplier_id = drop_shippers.supplier_id
left join passed
    on
        waited_for.channel_id = passed.channel_id and waited_for.document_key = passed.document_key
        and waited_for.sku = passed.sku and waited_for.supplier_id = passed.supplier_id
left join offers
    on waited_for.sku = offers.sku and waited_for.supplier_id = offers.supplier_id and offers.own_rank = 1
left join marts.dim_suppliers as suppliers on waited_for.supplier_id = suppliers.supplier_id
left join rates on coalesce(offers.currency, suppliers.currency) = rates.currency
where
    least(waited_for.units_open, waited_for.units_wanted - coalesce(passed.units, 0)) > 0
    and (waited_for.ordered_at at time zone %(time_zone)s)::date >= drop_shippers.orders_from_date
order by waited_for.channel_id, waited_for.document_key, waited_for.supplier_id, waited_for.sku
