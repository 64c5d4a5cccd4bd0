-- One row per sku and location with a stock position on the plan date: what the plan must know of it today. What lies
-- at Amazon is sold from there by orders that our facts do not hold, and what a drop-shipper has is its own: nothing is
-- planned for either.
with positions as (
    select * from marts.fct_stock_positions
    where
        as_of_date = %(plan_date)s
        and source_of_truth != 'amazon'
        and location_id not in (select drop_shippers.location_id from intermediate.int_drop_shippers as drop_shippers)
),

chosen as (
    select offers.*
    from pg_temp.chosen_offers
    inner join marts.dim_supplier_offers as offers
        on chosen_offers.sku = offers.sku and chosen_offers.offer_rank = offers.offer_rank
),

-- Where several suppliers offer a sku, it is bought as chosen for this plan; else as the mart says.
skus as (
    select
        items.sku,
        items.category,
        items.unit_price,
        items.is_active,
        case when chosen.sku is null then items.supplier_id else chosen.supplier_id end as supplier_id,
        case when chosen.sku is null then items.supplier_sku else chosen.supplier_sku end as supplier_sku,
        case when chosen.sku is null then items.unit_cost else chosen.unit_cost end as unit_cost,
        case when chosen.sku is null then items.unit_cost_currency else chosen.currency end as unit_cost_currency,
        case when chosen.sku is null then items.pack_units else chosen.pack_units end as pack_units,
        case
            when chosen.sku is null then items.minimum_order_units else chosen.minimum_order_units
        end as minimum_order_units,
        case when chosen.sku is null then items.price_breaks else chosen.price_breaks end as price_breaks,
        case when chosen.sku is null then items.pallet_units else chosen.pallet_units end as pallet_units,
        case when chosen.sku is null then items.is_discontinued else chosen.is_discontinued end as is_discontinued
    from marts.dim_skus as items
    left join chosen on items.sku = chosen.sku
),

suppliers as (
    select * from marts.dim_suppliers
),

-- A day before the first movement says nothing: the item was not listed there.
first_days as (
    select
        sku,
        location_id,
        greatest(min(first_date), %(history_start)s) as first_date
    from (
        select
            sku,
            location_id,
            min(stock_date) as first_date
        from marts.fct_stock_daily
        where stock_date < %(plan_date)s
        group by sku, location_id
        union all
        select
            sku,
            location_id,
            min(sold_date) as first_date
        from marts.fct_sales_daily
        where sold_date < %(plan_date)s and units_sold > 0
        group by sku, location_id
    ) as both_facts
    group by sku, location_id
),

-- Stock that never moved has lain there as long as we know the place; what holds none and never did says nothing.
places as (
    select
        location_id,
        min(first_date) as first_date
    from first_days
    group by location_id
),

-- The store's own orders as the marts show them.
history_on_order as (
    select
        lines.sku,
        lines.location_id,
        lines.units_open as units,
        coalesce(
            lines.promised_date, lines.requested_date,
            (lines.ordered_at at time zone %(time_zone)s)::date + ceil(suppliers.quoted_lead_time_days)::integer,
            %(plan_date)s
        ) - %(plan_date)s as due_in_days,
        lines.supplier_id,
        case when lines.promised_date is not null then 'promised' else 'asked' end as said
    from marts.fct_purchase_order_lines as lines
    left join suppliers on lines.supplier_id = suppliers.supplier_id
    where lines.origin = 'history' and lines.units_open > 0
),

on_order as (
    select
        sku,
        location_id,
        jsonb_agg(
            jsonb_build_array(units, due_in_days, supplier_id, said)
            order by due_in_days, units, supplier_id, said
        ) as on_order
    from (
        select * from history_on_order
        union all
        select * from pg_temp.own_on_order
    ) as all_orders
    group by sku, location_id
),

-- What another location of ours waits for and has not left yet is promised: here it is not to be sold. So is what was
-- bought here for there.
promised_elsewhere as (
    select
        sku,
        from_location_id as location_id,
        units
    from pg_temp.owed_units
    union all
    select
        lines.sku,
        orders.supplier_id as location_id,
        lines.units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where
        orders.kind = 'transfer'
        and orders.plan_date < %(plan_date)s
        and orders.state in ('released', 'sent', 'acknowledged')
),

leaving as (
    select
        sku,
        location_id,
        sum(units) as units
    from promised_elsewhere
    group by sku, location_id
),

-- Shoppers wait for a sku and not at a place: they count where most of it sells. Nobody waits for hundreds.
wanted_by_shoppers as (
    select
        sku,
        sum(least(quantity, 12)) as waiting_units
    from ops.restock_requests
    where state = 'active' and requested_at < (%(plan_date)s::timestamp at time zone %(time_zone)s)
    group by sku
),

selling_places as (
    select
        positions.sku,
        positions.location_id,
        wanted_by_shoppers.waiting_units,
        row_number() over (
            partition by positions.sku
            order by coalesce(sum(sales.units_sold), 0) desc, positions.location_id
        ) as place_rank
    from positions
    inner join wanted_by_shoppers on positions.sku = wanted_by_shoppers.sku
    left join marts.fct_sales_daily as sales
        on
            positions.sku = sales.sku
            and positions.location_id = sales.location_id
            and sales.sold_date >= %(plan_date)s - 60
            and sales.sold_date < %(plan_date)s
    group by positions.sku, positions.location_id, wanted_by_shoppers.waiting_units
)

select
    positions.sku,
    positions.location_id,
    skus.supplier_id,
    skus.unit_price,
    skus.unit_cost,
    positions.committed_units,
    suppliers.quoted_lead_time_days,
    suppliers.lane,
    skus.supplier_sku,
    skus.price_breaks,
    skus.pallet_units,
    suppliers.closed_days,
    suppliers.order_days,
    suppliers.order_cut_off,
    suppliers.minimum_order_value,
    suppliers.small_order_fee,
    suppliers.free_freight_value,
    suppliers.freight_cost,
    suppliers.maximum_pallets,
    suppliers.currency as terms_currency,
    availability.units as supplier_units,
    availability.age_days as supplier_said_days_ago,
    skus.is_discontinued,
    availability.expected_date - %(plan_date)s as supplier_has_it_in_days,
    coalesce(skus.category, '') as category,
    coalesce(
        first_days.first_date, case when positions.on_hand_units > 0 then places.first_date end
    ) as first_date,
    coalesce(skus.unit_cost_currency, suppliers.currency, %(currency)s) as unit_cost_currency,
    -- Reserved and damaged units are on the shelf and not for sale: the position is about what can be sold.
    greatest(
        positions.on_hand_units - positions.reserved_units - positions.damaged_units - coalesce(leaving.units, 0), 0
    ) as on_hand_units,
    greatest(positions.damaged_units + positions.reserved_units - positions.on_hand_units, 0) as backorder_units,
    coalesce(on_order.on_order, '[]') as on_order,
    coalesce(selling_places.waiting_units, 0) as waiting_units,
    suppliers.supplier_id is not null as is_supplier_known,
    greatest(coalesce(skus.pack_units, 1), 1) as pack_units,
    greatest(coalesce(skus.minimum_order_units, 1), 1) as minimum_order_units,
    coalesce(skus.is_active, true) as is_active,
    coalesce(switched.is_live, (select cohort.is_all from ops.cohort_in_force as cohort), true) as is_live
from positions
inner join skus on positions.sku = skus.sku
left join suppliers on skus.supplier_id = suppliers.supplier_id
left join marts.fct_supplier_availability as availability
    on skus.supplier_id = availability.supplier_id and skus.sku = availability.sku
left join first_days on positions.sku = first_days.sku and positions.location_id = first_days.location_id
left join places on positions.location_id = places.location_id
left join on_order on positions.sku = on_order.sku and positions.location_id = on_order.location_id
left join leaving on positions.sku = leaving.sku and positions.location_id = leaving.location_id
left join selling_places
    on
        positions.sku = selling_places.sku
        and positions.location_id = selling_places.location_id
        and selling_places.place_rank = 1
left join ops.cohort_skus as switched on positions.sku = switched.sku
order by positions.sku collate "C", positions.location_id collate "C"
