with

documents as (

    select * from {{ source('woocommerce', 'woocommerce_orders') }}

),

-- Of a line, the units that still count as taken out of stock; WooCommerce lowers them when it restocks a refund.
reduced_stock as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        {{ json_text('line.document', 'id') }} as order_line_id,
        cast({{ json_text('line.document', 'quantity') }} as integer)
        - cast({{ json_text('meta.document', 'value') }} as integer) as restocked_units

    from documents
    {{ each_element('documents.document', ['line_items'], 'line') }}
    {{ each_element('line.document', ['meta_data'], 'meta') }}

    where {{ json_text('meta.document', 'key') }} = '_reduced_stock'

),

refund_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('meta.document', 'value') }} as order_line_id,
        {{ json_text('line.document', 'id') }} as event_key,
        -cast({{ json_text('line.document', 'quantity') }} as integer) as units,
        {{ utc_instant(json_text('refund.document', 'date_created_gmt')) }} as occurred_at,
        {{ utc_instant(json_text('documents.document', 'date_completed_gmt')) }} as completed_at

    from documents
    {{ each_element('documents.document', ['refund_records'], 'refund') }}
    {{ each_element('refund.document', ['line_items'], 'line') }}
    {{ each_element('line.document', ['meta_data'], 'meta') }}

    where {{ json_text('meta.document', 'key') }} = '_refunded_item_id'

),

-- Which of several refunds of a line went back into stock is not said: the earliest did, as far as the units reach.
counted as (

    select
        refund_lines.*,
        reduced_stock.restocked_units,
        sum(refund_lines.units) over (
            partition by refund_lines.landing_file_id, refund_lines.landing_line_number, refund_lines.order_line_id
            order by refund_lines.occurred_at, refund_lines.event_key
            rows between unbounded preceding and current row
        ) as units_refunded_so_far

    from refund_lines
    left join reduced_stock
        on
            refund_lines.landing_file_id = reduced_stock.landing_file_id
            and refund_lines.landing_line_number = reduced_stock.landing_line_number
            and refund_lines.order_line_id = reduced_stock.order_line_id

),

events as (

    select
        landing_file_id,
        landing_line_number,
        order_id,
        order_line_id,
        event_key,
        occurred_at,
        units,
        case
            when completed_at is null or occurred_at < completed_at then 'cancelled'
            when units_refunded_so_far <= restocked_units then 'returned'
            else 'returned_unsaleable'
        end as event_kind

    from counted

)

select * from events
