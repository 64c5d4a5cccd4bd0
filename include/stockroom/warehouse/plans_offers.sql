-- One row per offer of a sku that several suppliers offer: what a choice depends on. Offers in money of which no rate
-- is known are left out.
with worths as (
    select
        %(currency)s::text as currency,
        1::numeric as worth
    union all
    select
        currency,
        worth
    from unnest(%(currencies)s::text[], %(rates)s::numeric[]) as given (currency, worth)
),

offers as (
    select
        offers.sku,
        offers.supplier_id,
        offers.offer_rank,
        offers.pack_units,
        offers.minimum_order_units,
        suppliers.quoted_lead_time_days,
        offers.unit_cost * worths.worth * (1 + coalesce(suppliers.landed_cost_percent, 0) / 100) as landed_unit_cost,
        row_number() over (partition by offers.sku, offers.supplier_id order by offers.offer_rank) as own_rank
    from marts.dim_supplier_offers as offers
    inner join marts.dim_suppliers as suppliers on offers.supplier_id = suppliers.supplier_id
    inner join worths on coalesce(offers.currency, suppliers.currency, %(currency)s) = worths.currency
    where not offers.is_discontinued and offers.unit_cost > 0
),

shared as (
    select sku
    from offers
    where own_rank = 1
    group by sku
    having count(*) > 1
),

shipments as (
    select
        supplier_id,
        count(*) as shipments,
        avg(lead_time_days) as mean_days,
        coalesce(stddev_samp(lead_time_days), 0) as sd_days
    from marts.fct_supplier_lead_times
    where not is_open and age_days <= 365
    group by supplier_id
),

sales as (
    select
        sku,
        sum(units_sold) / 60.0 as units_per_day,
        sum(units_sold * units_sold) / 60.0 as mean_square
    from (
        select
            sku,
            sold_date,
            sum(units_sold) as units_sold
        from marts.fct_sales_daily
        where sold_date >= %(plan_date)s - 60 and sold_date < %(plan_date)s
        group by sku, sold_date
    ) as days
    group by sku
),

positions as (
    select
        sku,
        sum(on_hand_units - committed_units - reserved_units - damaged_units) as position_units
    from marts.fct_stock_positions
    where
        as_of_date = %(plan_date)s
        and source_of_truth != 'amazon'
        and location_id not in (select drop_shippers.location_id from intermediate.int_drop_shippers as drop_shippers)
    group by sku
),

ordered as (
    select
        lines.sku,
        orders.supplier_id,
        sum(lines.units) as units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where
        (states.is_on_order or orders.state = 'closed')
        and orders.kind != 'drop_ship'
        and orders.plan_date >= %(plan_date)s - 180 and orders.plan_date < %(plan_date)s
    group by lines.sku, orders.supplier_id
)

select
    offers.sku,
    offers.supplier_id,
    offers.offer_rank,
    offers.landed_unit_cost,
    offers.quoted_lead_time_days,
    availability.units as supplier_units,
    availability.age_days as supplier_said_days_ago,
    availability.expected_date - %(plan_date)s as supplier_has_it_in_days,
    greatest(coalesce(offers.pack_units, 1), coalesce(offers.minimum_order_units, 1)) as least_units,
    coalesce(shipments.shipments, 0) as shipments,
    coalesce(shipments.mean_days, 0) as shipment_days,
    coalesce(shipments.sd_days, 0) as shipment_sd_days,
    coalesce(sales.units_per_day, 0) as units_per_day,
    greatest(coalesce(sales.mean_square - sales.units_per_day * sales.units_per_day, 0), 0) as demand_variance,
    coalesce(positions.position_units, 0) as position_units,
    coalesce(ordered.units, 0) as units_lately
from offers
inner join shared on offers.sku = shared.sku
left join shipments on offers.supplier_id = shipments.supplier_id
left join sales on offers.sku = sales.sku
left join positions on offers.sku = positions.sku
left join ordered on offers.sku = ordered.sku and offers.supplier_id = ordered.supplier_id
left join marts.fct_supplier_availability as availability
    on offers.supplier_id = availability.supplier_id and offers.sku = availability.sku
where offers.own_rank = 1
order by offers.sku collate "C", offers.offer_rank
