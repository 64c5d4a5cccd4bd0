with

ranked as (

    select
        *,
        {{ newest_first('order_line_id') }} as version_rank

    from {{ ref('stg_wholesale__order_rows') }}

    where landing_file_id > {{ newest_taken_file('wholesale') }}

),

-- Every row is a document of its own. Bulk orders ship at once; what is cancelled or comes back lies there again.
orders as (

    select
        order_line_id as order_id,
        cast(null as timestamp with time zone) as updated_at,
        landing_file_id,
        landing_line_number,
        sku,
        location_id,
        quantity,
        ordered_at

    from ranked

    where version_rank = 1

),

happened as (

    select
        orders.*,
        'ordered' as event_kind

    from orders

    where orders.quantity > 0

    union all

    select
        orders.*,
        'fulfilled' as event_kind

    from orders

    where orders.quantity > 0

    union all

    select
        orders.*,
        'returned' as event_kind

    from orders

    where orders.quantity < 0

),

events as (

    select
        order_id as document_key,
        order_id as order_line_id,
        event_kind,
        ordered_at as occurred_at,
        sku,
        false as is_custom_service,
        location_id,
        location_id as promised_from,
        sku as listing_id,
        ordered_at,
        abs(quantity) as units

    from happened

)

{{ untaken_events('wholesale') }}
