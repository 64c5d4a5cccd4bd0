-- One row per line of an order in one version, with what its document says about supplier, ship-to and product.
-- The names come from today's marts; the order's own columns repeat on each line.
select
    orders.po_number,
    orders.version,
    orders.state,
    orders.kind,
    orders.value,
    orders.currency,
    orders.plan_date,
    orders.requested_date,
    orders.supplier_id,
    suppliers.email as supplier_email,
    suppliers.payment_terms,
    suppliers.ship_via,
    orders.location_id,
    locations.name as location_name,
    locations.address_line,
    locations.city,
    locations.postcode,
    locations.country_code,
    shoppers.channel_id as shopper_channel,
    shoppers.order_name as shopper_order,
    released.actor as released_by,
    released.note as release_note,
    released.occurred_at as released_at,
    earlier.version as replaces,
    lines.line_number,
    lines.sku,
    lines.supplier_sku,
    skus.title as description,
    lines.units,
    lines.pack_units,
    lines.unit_cost,
    lines.line_value,
    lines.reason,
    lines.terms,
    coalesce(suppliers.name, givers.name) as supplier_name,
    array[givers.address_line, givers.city, givers.postcode, givers.country_code] as giver_address
from ops.purchase_orders as orders
inner join ops.purchase_order_lines as lines
    on orders.po_number = lines.po_number and orders.version = lines.version
left join marts.dim_suppliers as suppliers on orders.supplier_id = suppliers.supplier_id
left join marts.dim_locations as locations on orders.location_id = locations.location_id
left join marts.dim_locations as givers on orders.kind = 'transfer' and orders.supplier_id = givers.location_id
left join marts.dim_skus as skus on lines.sku = skus.sku
-- An order is passed on for one shopper's order.
left join lateral (
    select
        passed.channel_id,
        passed.order_name
    from ops.drop_ship_lines as passed
    where passed.po_number = orders.po_number
    order by passed.sku
    limit 1
) as shoppers on true
left join lateral (
    select
        events.actor,
        events.note,
        events.occurred_at
    from ops.purchase_order_events as events
    where
        events.po_number = orders.po_number and events.version = orders.version
        and events.to_state = 'released' and events.from_state is not null
    order by events.event_id
    limit 1
) as released on true
left join lateral (
    select max(events.version) as version
    from ops.purchase_order_events as events
    where events.po_number = orders.po_number and events.version < orders.version and events.to_state = 'sent'
) as earlier on true
where orders.po_number = %(po_number)s and orders.version = %(version)s
order by lines.line_number
