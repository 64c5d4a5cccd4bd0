with

documents as (

    select * from {{ source('bigcommerce', 'bigcommerce_orders') }}

),

order_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('line.document', 'id') }} as order_line_id,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units_ordered,
        cast({{ json_text('line.document', 'quantity_shipped') }} as integer) as units_shipped,
        {{ instant(json_text('documents.document', 'date_shipped_utc')) }} as shipped_at

    from documents
    {{ each_element('documents.document', ['product_records'], 'line') }}

),

refund_items as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        {{ json_text('item.document', 'item_id') }} as order_line_id,
        {{ json_text('refund.document', 'id') }} as refund_id,
        cast({{ json_text('item.document', 'quantity') }} as integer) as units,
        {{ instant(json_text('refund.document', 'created')) }} as occurred_at,
        lower(trim(coalesce({{ json_text('item.document', 'reason') }}, '')))
        in ({{ quoted_list(var('bigcommerce_reasons_not_restocked')) }}) as is_unsaleable

    from documents
    {{ each_element('documents.document', ['refund_records'], 'refund') }}
    {{ each_element('refund.document', ['items'], 'item') }}

    where {{ json_text('item.document', 'item_type') }} = 'PRODUCT'

),

-- One row per refund and line, so that its key is one.
refunds as (

    select
        landing_file_id,
        landing_line_number,
        order_line_id,
        refund_id,
        is_unsaleable,
        min(occurred_at) as occurred_at,
        sum(units) as units

    from refund_items

    group by
        landing_file_id,
        landing_line_number,
        order_line_id,
        refund_id,
        is_unsaleable

),

-- What was never sent was cancelled, and the earliest refunds did it: of what is left, all was sent.
counted as (

    select
        refunds.landing_file_id,
        refunds.landing_line_number,
        order_lines.order_id,
        refunds.order_line_id,
        refunds.refund_id,
        refunds.is_unsaleable,
        refunds.occurred_at,
        refunds.units,
        greatest(order_lines.units_ordered - order_lines.units_shipped, 0) as units_not_sent,
        sum(refunds.units) over (
            partition by refunds.landing_file_id, refunds.landing_line_number, refunds.order_line_id
            order by refunds.occurred_at, refunds.refund_id, refunds.is_unsaleable
            rows between unbounded preceding and current row
        ) - refunds.units as units_refunded_before

    from refunds
    inner join order_lines
        on
            refunds.landing_file_id = order_lines.landing_file_id
            and refunds.landing_line_number = order_lines.landing_line_number
            and refunds.order_line_id = order_lines.order_line_id

),

parted as (

    select
        *,
        least(units, greatest(units_not_sent - units_refunded_before, 0)) as units_cancelled

    from counted

),

events as (

    {{ line_event(
        'order_lines',
        "'fulfilled'",
        key="order_line_id || '/shipped'",
        at='shipped_at',
        units='units_shipped',
        where='shipped_at is not null'
    ) }}

    union all

    {{ line_event(
        'parted', "'cancelled'", key="refund_id || '/' || order_line_id || '/cancelled'", units='units_cancelled'
    ) }}

    union all

    {{ line_event(
        'parted',
        "case when is_unsaleable then 'returned_unsaleable' else 'returned' end",
        key="refund_id || '/' || order_line_id",
        units='units - units_cancelled'
    ) }}

)

select * from events
