with

orders as (

    select *

    from (
        select
            *,
            {{ newest_first('order_id', updated_at='updated_at') }} as version_rank

        from {{ ref('stg_shopify__orders') }}

        where landing_file_id > {{ newest_taken_file('shopify') }}
    ) as ranked

    where version_rank = 1

),

landed_lines as (

    select newest.*

    from {{ of_newest_orders('shopify', 'stg_shopify__order_lines', untaken=true) }} as newest
    inner join orders
        on newest.order_id = orders.order_id

    where not orders.is_test

),

refund_lines as (

    select * from {{ of_newest_orders('shopify', 'stg_shopify__refund_lines', untaken=true) }} as newest

),

fulfillment_lines as (

    select * from {{ of_newest_orders('shopify', 'stg_shopify__fulfillment_lines', untaken=true) }} as newest

    where status = 'SUCCESS'

),

{{ shopify_located_lines('landed_lines') }},

{{ shopify_said_events('located_lines') }},

{{ shopify_line_events('located_lines', then='happened') }},

{{ shopify_locations() }},

-- A parcel may leave from another place than the one that the line was promised from.
events as (

    select
        happened.order_id as document_key,
        happened.order_line_id,
        happened.event_kind,
        happened.occurred_at,
        happened.units,
        happened.sku,
        happened.is_custom_service,
        places.location_id,
        promised.location_id as promised_from,
        located_lines.variant_id as listing_id,
        located_lines.ordered_at

    from happened
    inner join located_lines
        on happened.order_line_id = located_lines.order_line_id
    left join locations as places
        on happened.shopify_location_id = places.shopify_location_id
    left join locations as promised
        on located_lines.shopify_location_id = promised.shopify_location_id

)

{{ untaken_events('shopify') }}
