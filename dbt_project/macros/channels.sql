{# One model of every channel, one below the other: int_<channel>_<what>, all with the same columns. #}
{% macro union_of_channels(what, but=()) -%}
    {%- for channel in var('channels') | reject('in', but) -%}
        select * from {{ ref('int_' ~ channel ~ '_' ~ what) }} {{- " union all " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The newest version of each order of a channel whose staging has the common shape (docs/channels.md): where it lies in
   raw, and what the whole order says. With `untaken`, of orders that landed since the ledger of stock last took in the
   channel's, those that hold no stock included: the filter is on the landing file, so that minutes cost minutes. A
   subquery. #}
{% macro newest_orders(channel, untaken=false) -%}
    (
        select ranked.*

        from (
            select
                *,
                {{ newest_first('order_id', updated_at='updated_at') }} as version_rank

            from {{ ref('stg_' ~ channel ~ '__orders') }}

            where {{ "landing_file_id > " ~ newest_taken_file(channel) if untaken else "true" }}
        ) as ranked

        where
            ranked.version_rank = 1
            {{ "and not ranked.is_void" if not untaken }}
    )
{%- endmacro %}

{# The newest landing file of a stream that the ledger of stock took in. #}
{% macro newest_taken_file(source, stream='orders') -%}
    (
        select coalesce(max(cursors.landing_file_id), 0)
        from {{ ref('stg_ops__stock_cursors') }} as cursors
        where cursors.source = '{{ source }}' and cursors.stream = '{{ stream }}'
    )
{%- endmacro %}

{# The rows of a staging model that belong to the newest version of their order. A subquery. #}
{% macro of_newest_orders(channel, model, untaken=false) -%}
    (
        select rows_of.*

        from {{ ref(model) }} as rows_of
        inner join orders
            on
                rows_of.landing_file_id = orders.landing_file_id
                and rows_of.landing_line_number = orders.landing_line_number

        where {{ "rows_of.landing_file_id > " ~ newest_taken_file(channel) if untaken else "true" }}
    )
{%- endmacro %}

{# What a channel without places says of its order lines, in the columns that all channels share. A whole model. #}
{% macro conformed_order_lines(channel) -%}
with

orders as (

    select * from {{ newest_orders(channel) }} as newest

),

order_lines as (

    select * from {{ of_newest_orders(channel, 'stg_' ~ channel ~ '__order_lines') }} as newest

),

channels as (

    select * from {{ ref('stg_ops__channels') }}

    where channel_id = '{{ channel }}'

),

conformed as (

    select
        channels.channel_id,
        order_lines.order_id,
        order_lines.order_line_id,
        orders.order_name,
        'sale' as line_kind,
        cast(null as text) as counterpart_line_id,
        cast(null as timestamp with time zone) as counterpart_at,
        orders.ordered_at,
        order_lines.sku,
        order_lines.sku_as_sent,
        order_lines.listing_id,
        order_lines.title,
        coalesce(order_lines.location_id, channels.ship_from) as location_id,
        order_lines.units_ordered,
        order_lines.unit_price,
        orders.currency,
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.is_custom_service,
        order_lines.is_service_if_unknown

    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    cross join channels

)

select * from conformed
{%- endmacro %}

{# What an order says of all its lines at once: cancelled as a whole, or sent as a whole, is what is left of each. Reads
   the CTEs `order_lines` and `settled`. #}
{% macro events_of_whole_orders() -%}
    select
        order_lines.order_line_id,
        case when order_lines.cancelled_at is null then 'fulfilled' else 'cancelled' end as event_kind,
        coalesce(order_lines.cancelled_at, order_lines.completed_at) as occurred_at,
        order_lines.units_ordered
        - coalesce(settled.units_cancelled, 0)
        - coalesce(settled.units_fulfilled, 0) as units

    from order_lines
    left join settled
        on order_lines.order_line_id = settled.order_line_id

    where
        coalesce(order_lines.cancelled_at, order_lines.completed_at) is not null
        and order_lines.units_ordered > coalesce(settled.units_cancelled, 0) + coalesce(settled.units_fulfilled, 0)
{%- endmacro %}

{# What happened to the order lines of a channel: what its staging says, that they were ordered, that an order cancelled
   as a whole takes back what is left, and that an order reported as sent ships it. With `untaken`, of orders that landed
   since the ledger of stock last looked, with what names their version. A whole model. #}
{% macro conformed_order_line_events(channel, untaken=false) -%}
with

orders as (

    select * from {{ newest_orders(channel, untaken) }} as newest

),

order_lines as (

    select
        newest.*,
        channels.channel_id,
        coalesce(newest.location_id, channels.ship_from) as ships_from,
        orders.ordered_at,
        orders.cancelled_at,
        orders.completed_at

    from {{ of_newest_orders(channel, 'stg_' ~ channel ~ '__order_lines', untaken) }} as newest
    inner join orders
        on newest.order_id = orders.order_id {{ "and not orders.is_void" if untaken }}
    inner join {{ ref('stg_ops__channels') }} as channels
        on channels.channel_id = '{{ channel }}'

),

said as (

    select
        order_line_id,
        event_kind,
        occurred_at,
        units

    from {{ of_newest_orders(channel, 'stg_' ~ channel ~ '__order_line_events', untaken) }} as newest

    where units > 0

),

-- One row per line, so that joining it keeps each line once.
settled as (

    select
        order_line_id,
        sum(case when event_kind = 'cancelled' then units else 0 end) as units_cancelled,
        sum(case when event_kind = 'fulfilled' then units else 0 end) as units_fulfilled

    from said

    group by order_line_id

),

happened as (

    select
        order_line_id,
        'ordered' as event_kind,
        ordered_at as occurred_at,
        units_ordered as units

    from order_lines

    union all

    select * from said

    union all

    {{ events_of_whole_orders() }}

),

events as (

    select
        order_lines.channel_id,
        happened.order_line_id,
        happened.event_kind,
        happened.occurred_at,
        happened.units,
        order_lines.sku,
        order_lines.is_custom_service,
        order_lines.ships_from as location_id
        {{ ", " ~ what_the_ledger_asks() if untaken }}

    from happened
    inner join order_lines
        on happened.order_line_id = order_lines.order_line_id

)

{{ untaken_events(channel) if untaken else "select * from events" }}
{%- endmacro %}

{# Of the line that an event happened to: its order, listing, moment, and where its units were promised from. #}
{% macro what_the_ledger_asks() -%}
    order_lines.ships_from as promised_from, order_lines.order_id as document_key,
    order_lines.listing_id, order_lines.ordered_at
{%- endmacro %}

{# What the ledger of stock is told of a channel: of each order that landed since it last looked its version, in a row
   without an event, and beside it what happened to its goods. eBay says what was paid back, never what came back: the
   warehouse books that. Reads the CTEs `orders` and `events`. #}
{% macro untaken_events(channel) -%}
    select
        '{{ channel }}' as channel_id,
        orders.order_id as document_key,
        orders.updated_at as said_at,
        orders.landing_file_id,
        orders.landing_line_number,
        events.order_line_id,
        events.event_kind,
        events.occurred_at,
        events.units,
        events.sku,
        events.location_id,
        events.promised_from,
        events.listing_id,
        events.ordered_at

    from orders
    left join events
        on
            orders.order_id = events.document_key
            and not events.is_custom_service
            and not ('{{ channel }}' = 'ebay' and events.event_kind = 'returned_unsaleable')
{%- endmacro %}

{# Ranks the versions of listings: of a product with several, all that its newest version names come first. #}
{% macro newest_listings_first(channel) -%}
    rank() over (
        partition by {{ 'product_id' if channel in var('channels_with_products') else 'listing_id' }}
        order by updated_at desc nulls last, landing_file_id desc, landing_line_number desc
    )
{%- endmacro %}

{# What a channel without places offers: its newest listings, each at the location its sales leave from. A model. #}
{% macro conformed_listings(channel) -%}
with

listings as (

    select
        *,
        {{ newest_listings_first(channel) }} as version_rank

    from {{ ref('stg_' ~ channel ~ '__listings') }}

),

channels as (

    select * from {{ ref('stg_ops__channels') }}

    where channel_id = '{{ channel }}'

),

conformed as (

    select
        channels.channel_id,
        listings.listing_id,
        listings.sku,
        channels.ship_from as location_id,
        cast('' as text) as place_id,
        cast(1 as integer) as units_per_listing

    from listings
    cross join channels

    where
        listings.version_rank = 1
        and listings.is_active

)

select * from conformed
{%- endmacro %}

{# The place of a channel in the project's list. #}
{% macro channel_rank(channel) -%}
    {{ var('channels').index(channel) }}
{%- endmacro %}

{# What the listings of a channel say of an item, whichever channel it is, newest version first. Shopify itself says
   more, and a folder of orders offers nothing. A subquery's body. #}
{% macro items_of_listings() -%}
    {%- for channel in var('channels') | reject('in', ['shopify', 'wholesale']) -%}
        select
            '{{ channel }}' as channel_id,
            {{ channel_rank(channel) }} as channel_rank,
            listing_id,
            sku,
            sku_as_sent,
            title,
            unit_price,
            updated_at,
            is_active,
            {{ newest_listings_first(channel) }} as version_rank
        from {{ ref('stg_' ~ channel ~ '__listings') }}
        {{ " union all " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
