with

documents as (

    select * from {{ source('ebay', 'ebay_orders') }}

),

order_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        documents.record_key as order_id,
        {{ json_text('line.document', 'lineItemId') }} as order_line_id,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units_ordered,
        cast(
            coalesce(
                {{ json_text('line.document', 'discountedLineItemCost', 'value') }},
                {{ json_text('line.document', 'lineItemCost', 'value') }}
            ) as numeric(14, 4)
        ) as line_value

    from documents
    {{ each_element('documents.document', ['lineItems'], 'line') }}

),

-- A parcel without a date has not left yet; one that does not count its units holds all of a line.
parcel_lines as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        {{ json_text('line.document', 'lineItemId') }} as order_line_id,
        {{ json_text('parcel.document', 'fulfillmentId') }} as fulfillment_id,
        {{ instant(json_text('parcel.document', 'shippedDate')) }} as occurred_at,
        cast({{ json_text('line.document', 'quantity') }} as integer) as units

    from documents
    {{ each_element('documents.document', ['fulfillment_records'], 'parcel') }}
    {{ each_element('parcel.document', ['lineItems'], 'line') }}

    where {{ json_text('parcel.document', 'shippedDate') }} is not null

),

sent as (

    select
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.order_id,
        order_lines.order_line_id,
        parcel_lines.fulfillment_id,
        parcel_lines.occurred_at,
        coalesce(parcel_lines.units, order_lines.units_ordered) as units

    from parcel_lines
    inner join order_lines
        on
            parcel_lines.landing_file_id = order_lines.landing_file_id
            and parcel_lines.landing_line_number = order_lines.landing_line_number
            and parcel_lines.order_line_id = order_lines.order_line_id

),

-- One row per line, so that joining it keeps each refund once.
sent_in_all as (

    select
        landing_file_id,
        landing_line_number,
        order_line_id,
        sum(units) as units

    from sent

    group by
        landing_file_id,
        landing_line_number,
        order_line_id

),

-- A refund without a date has not been paid yet.
refund_rows as (

    select
        documents.landing_file_id,
        documents.line_number as landing_line_number,
        {{ json_text('line.document', 'lineItemId') }} as order_line_id,
        {{ instant(json_text('refund.document', 'refundDate')) }} as occurred_at,
        coalesce(
            {{ json_text('refund.document', 'refundId') }}, {{ json_text('refund.document', 'refundDate') }}
        ) as refund_id,
        cast({{ json_text('refund.document', 'amount', 'value') }} as numeric(14, 4)) as amount

    from documents
    {{ each_element('documents.document', ['lineItems'], 'line') }}
    {{ each_element('line.document', ['refunds'], 'refund') }}

    where {{ json_text('refund.document', 'refundDate') }} is not null

),

-- One row per refund and line, so that its key is one.
refunds as (

    select
        landing_file_id,
        landing_line_number,
        order_line_id,
        refund_id,
        min(occurred_at) as occurred_at,
        sum(amount) as amount

    from refund_rows

    group by
        landing_file_id,
        landing_line_number,
        order_line_id,
        refund_id

),

paid_back as (

    select
        order_lines.landing_file_id,
        order_lines.landing_line_number,
        order_lines.order_id,
        order_lines.order_line_id,
        order_lines.units_ordered,
        order_lines.line_value,
        refunds.refund_id,
        refunds.occurred_at,
        refunds.amount,
        greatest(order_lines.units_ordered - coalesce(sent_in_all.units, 0), 0) as units_not_sent,
        round(refunds.amount * order_lines.units_ordered / order_lines.line_value) as nearest_units

    from refunds
    inner join order_lines
        on
            refunds.landing_file_id = order_lines.landing_file_id
            and refunds.landing_line_number = order_lines.landing_line_number
            and refunds.order_line_id = order_lines.order_line_id
    left join sent_in_all
        on
            refunds.landing_file_id = sent_in_all.landing_file_id
            and refunds.landing_line_number = sent_in_all.landing_line_number
            and refunds.order_line_id = sent_in_all.order_line_id

    where order_lines.line_value > 0

),

-- eBay tells what was paid back, not for how many units: a sum of whole units, to the cent, is for so many; any other
-- is an allowance, and nothing came back for it.
counted as (

    select
        *,
        case
            when amount >= line_value then units_ordered
            when abs(nearest_units * line_value / units_ordered - amount) < 0.01 then cast(nearest_units as integer)
            else 0
        end as units

    from paid_back

),

ranked as (

    select
        *,
        sum(units) over (
            partition by landing_file_id, landing_line_number, order_line_id
            order by occurred_at, refund_id
            rows between unbounded preceding and current row
        ) - units as units_paid_back_before

    from counted

),

-- What was never sent was cancelled, and the earliest refunds did it.
parted as (

    select
        *,
        least(units, greatest(units_not_sent - units_paid_back_before, 0)) as units_cancelled

    from ranked

),

events as (

    {{ line_event('sent', "'fulfilled'", key="order_line_id || '/' || fulfillment_id || '/shipped'") }}

    union all

    {{ line_event(
        'parted', "'cancelled'", key="refund_id || '/' || order_line_id || '/cancelled'", units='units_cancelled'
    ) }}

    union all

    -- Whether it went back on the shelf is not told: whoever puts it there books it in the warehouse.
    {{ line_event(
        'parted',
        "'returned_unsaleable'",
        key="refund_id || '/' || order_line_id",
        units='units - units_cancelled'
    ) }}

)

select * from events
