{# The lines of Shopify orders, each at the place it ships from. CTEs; they read `orders`, `order_lines` and
   `fulfillment_lines`, the parcels that left; `lines` names the second otherwise. #}
{% macro shopify_located_lines(lines='order_lines') -%}
ranked_parcels as (

    select
        order_line_id,
        shopify_location_id,
        row_number() over (partition by order_line_id order by fulfilled_at, fulfillment_id) as parcel_rank

    from fulfillment_lines

),

-- A line may travel in several parcels. Joining them would count its units once per parcel, so only the first parcel's
-- location is joined; the units of all parcels are events (int_shopify_order_line_events).
first_parcels as (

    select
        order_line_id,
        shopify_location_id

    from ranked_parcels

    where parcel_rank = 1

),

located_lines as (

    select
        order_lines.order_id,
        order_lines.order_line_id,
        orders.order_name,
        orders.ordered_at,
        orders.cancelled_at,
        order_lines.sku,
        order_lines.sku_as_sent,
        order_lines.title,
        order_lines.variant_id,
        order_lines.requires_shipping,
        order_lines.units_ordered,
        order_lines.unit_price,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        coalesce(order_lines.currency, orders.currency) as currency,
        coalesce(first_parcels.shopify_location_id, orders.assigned_shopify_location_id) as shopify_location_id

    from {{ lines }} as order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    left join first_parcels
        on order_lines.order_line_id = first_parcels.order_line_id

)
{%- endmacro %}

{# What Shopify orders say of their lines. CTEs; they read `lines`, each at its place, `refund_lines` and
   `fulfillment_lines`, the parcels that left. #}
{% macro shopify_said_events(lines='order_lines') -%}
ordered as (

    select
        order_line_id,
        'ordered' as event_kind,
        'ordered' as event_key,
        ordered_at as occurred_at,
        units_ordered as units,
        cast(null as text) as shopify_location_id

    from {{ lines }} as order_lines

),

-- CANCEL takes units off the order before they ship; everything else comes back from the shopper, into stock or not.
refunded as (

    select
        order_line_id,
        case
            when restock_type = 'CANCEL' then 'cancelled'
            when restock_type = 'NO_RESTOCK' then 'returned_unsaleable'
            else 'returned'
        end as event_kind,
        refund_line_id as event_key,
        refunded_at as occurred_at,
        units,
        shopify_location_id

    from refund_lines

    where units > 0

),

fulfilled as (

    select
        order_line_id,
        'fulfilled' as event_kind,
        fulfillment_line_id as event_key,
        fulfilled_at as occurred_at,
        units,
        shopify_location_id

    from fulfillment_lines

    where units > 0

)
{%- endmacro %}

{# What happened to the lines of Shopify orders: what is said of them, and what an order that was cancelled as a whole
   leaves open. CTEs, the last of them called `then`; they read `lines` and those of shopify_said_events. #}
{% macro shopify_line_events(lines='order_lines', then='events') -%}
settled_units as (

    select
        order_line_id,
        sum(units) as units

    from (
        select
            order_line_id,
            units

        from refunded

        union all

        select
            order_line_id,
            units

        from fulfilled
    ) as settled

    group by order_line_id

),

-- An order cancelled as a whole may carry no refund (nothing was paid yet): what is neither refunded nor shipped then
-- counts as cancelled at that moment.
cancelled_without_refund as (

    select
        order_lines.order_line_id,
        'cancelled' as event_kind,
        'order' as event_key,
        order_lines.cancelled_at as occurred_at,
        order_lines.units_ordered - coalesce(settled_units.units, 0) as units,
        cast(null as text) as shopify_location_id

    from {{ lines }} as order_lines
    left join settled_units
        on order_lines.order_line_id = settled_units.order_line_id

    where
        order_lines.cancelled_at is not null
        and order_lines.units_ordered > coalesce(settled_units.units, 0)

),

unioned as (

    select * from ordered

    union all

    select * from refunded

    union all

    select * from fulfilled

    union all

    select * from cancelled_without_refund

),

-- An event belongs to exactly one line, so this join keeps every row once.
{{ then }} as (

    select
        order_lines.order_id,
        unioned.order_line_id,
        unioned.event_kind,
        unioned.event_key,
        unioned.occurred_at,
        unioned.units,
        order_lines.sku,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.variant_id is null and not order_lines.requires_shipping as is_custom_service,
        coalesce(unioned.shopify_location_id, order_lines.shopify_location_id) as shopify_location_id

    from unioned
    inner join {{ lines }} as order_lines
        on unioned.order_line_id = order_lines.order_line_id

)
{%- endmacro %}

{# Our name of each place of Shopify, as it landed last: what reads the files just landed waits for no table. A CTE. #}
{% macro shopify_locations() -%}
locations as (

    select
        shopify_location_id,
        location_id

    from (
        select
            *,
            {{ newest_first('shopify_location_id') }} as version_rank

        from {{ ref('stg_shopify__locations') }}
    ) as ranked

    where version_rank = 1

)
{%- endmacro %}
