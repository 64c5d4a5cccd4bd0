-- One row per line of a proposal, with what is known of its supplier and item; what belongs to the order repeats.
with proposals as (
    select
        po_number,
        version,
        supplier_id,
        location_id,
        currency,
        exchange_rate,
        value
    from ops.purchase_orders
    where state = 'proposed' and plan_date <= %(as_of_date)s
),

lines as (
    select
        proposals.po_number,
        proposals.supplier_id,
        proposals.location_id,
        proposals.currency,
        proposals.exchange_rate,
        proposals.value,
        ordered.line_number,
        ordered.sku,
        ordered.units,
        ordered.unit_cost,
        ordered.line_value
    from proposals
    inner join ops.purchase_order_lines as ordered
        on proposals.po_number = ordered.po_number and proposals.version = ordered.version
),

-- What the policy let go before this plan's day, in the base currency at the rates of those days.
gone as (
    select
        orders.supplier_id,
        sum(ops.worth_in(%(currency)s, orders.value, orders.currency, orders.exchange_rate)) as gone_value
    from ops.purchase_orders as orders
    inner join ops.purchase_order_states as states on orders.state = states.state
    where
        orders.kind != 'drop_ship'
        and orders.plan_date > %(as_of_date)s::date - %(days)s::integer and orders.plan_date <= %(as_of_date)s
        and (states.is_on_order or orders.state = 'closed')
        and exists (
            select 1 from ops.purchase_order_events as events
            where
                events.po_number = orders.po_number and events.version = orders.version
                and events.to_state = 'released' and events.actor = 'policy'
        )
    group by orders.supplier_id
),

-- Earlier orders of the proposed items, this plan's own left out.
earlier as (
    select
        ordered.supplier_id,
        ordered.location_id,
        ordered.sku,
        ordered.units_ordered,
        ordered.unit_cost,
        ordered.currency,
        row_number() over (
            partition by ordered.supplier_id, ordered.location_id, ordered.sku, ordered.currency
            order by ordered.ordered_at desc, ordered.po_number desc
        ) as recency
    from marts.fct_purchase_order_lines as ordered
    where
        ordered.state not in ('proposed', 'waiting', 'refused', 'cancelled')
        and ordered.sku in (select lines.sku from lines)
),

habits as (
    select
        location_id,
        sku,
        count(*)::integer as earlier_orders,
        percentile_cont(0.5) within group (order by units_ordered) as usual_units
    from earlier
    group by location_id, sku
),

delivered as (
    select distinct supplier_id from marts.fct_supplier_lead_times
    where not is_open
),

last_sold as (
    select
        sales.sku,
        max(sales.sold_date) as sold_date
    from marts.fct_sales_daily as sales
    where sales.units_sold > 0 and sales.sku in (select lines.sku from lines)
    group by sales.sku
),

-- A line is the one that was refused unless it wants much more.
refused_lines as (
    select
        lines.po_number,
        lines.line_number,
        refused.po_number as refused_number,
        refused.changed_by as refused_by,
        refused.plan_date + %(refusal_days)s::integer as holds_until,
        row_number() over (
            partition by lines.po_number, lines.line_number order by refused.plan_date desc, refused.po_number desc
        ) as recency
    from lines
    inner join ops.purchase_orders as refused
        on
            lines.supplier_id = refused.supplier_id and lines.location_id = refused.location_id
            and lines.currency = refused.currency
    inner join ops.purchase_order_lines as asked
        on refused.po_number = asked.po_number and refused.version = asked.version and lines.sku = asked.sku
    where
        refused.state = 'refused' and refused.plan_date > %(as_of_date)s::date - %(refusal_days)s::integer
        and lines.units <= %(same_up_to_times)s * asked.units
),

-- A proposal is held while there is nothing in it that was not refused, be it in several orders.
refusals as (
    select
        lines.po_number,
        string_agg(
            distinct 'refused by ' || refused_lines.refused_by || ' as ' || refused_lines.refused_number, ' and '
        ) || ', asked again from ' || min(refused_lines.holds_until) as refused_as
    from lines
    left join refused_lines
        on
            lines.po_number = refused_lines.po_number and lines.line_number = refused_lines.line_number
            and refused_lines.recency = 1
    group by lines.po_number
    having count(*) = count(refused_lines.line_number)
)

select
    lines.po_number,
    lines.supplier_id,
    lines.currency,
    lines.exchange_rate,
    lines.value,
    lines.sku,
    lines.units,
    lines.unit_cost,
    lines.line_value,
    habits.usual_units,
    last_order.unit_cost as last_unit_cost,
    refusals.refused_as,
    %(as_of_date)s::date - last_sold.sold_date as days_since_sale,
    coalesce(gone.gone_value, 0) as gone_value,
    delivered.supplier_id is null as is_new_supplier,
    coalesce(habits.earlier_orders, 0) as earlier_orders,
    coalesce(skus.is_discontinued, false) as is_discontinued
from lines
left join gone on lines.supplier_id = gone.supplier_id
left join habits on lines.location_id = habits.location_id and lines.sku = habits.sku
left join earlier as last_order
    on
        lines.supplier_id = last_order.supplier_id and lines.location_id = last_order.location_id
        and lines.sku = last_order.sku and lines.currency = last_order.currency and last_order.recency = 1
left join delivered on lines.supplier_id = delivered.supplier_id
left join last_sold on lines.sku = last_sold.sku
left join marts.dim_skus as skus on lines.sku = skus.sku
left join refusals on lines.po_number = refusals.po_number
order by lines.po_number, lines.line_number
