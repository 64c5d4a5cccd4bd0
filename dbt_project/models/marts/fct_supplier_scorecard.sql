with

purchase_order_lines as (

    select * from {{ ref('fct_purchase_order_lines') }}

    where state not in ('proposed', 'waiting', 'refused', 'cancelled')

),

receipts as (

    select * from {{ ref('int_receipts') }}

    where received_at < {{ cut_off() }}

),

acknowledgement_lines as (

    select * from {{ ref('stg_suppliers__acknowledgement_lines') }}

    where received_at < {{ cut_off() }}

),

invoice_lines as (

    select * from {{ ref('stg_suppliers__invoice_lines') }}

    where invoiced_at < {{ cut_off() }}

),

arrived as (

    select
        po_number,
        line_number,
        max(received_at) as last_received_at

    from receipts

    group by
        po_number,
        line_number

),

-- A supplier answers an order; whether line by line does not matter here.
acknowledged as (

    select
        order_number,
        min(received_at) as acknowledged_at

    from acknowledgement_lines

    group by order_number

),

-- The newest file about an invoice replaces the earlier ones.
ranked_invoice_lines as (

    select
        *,
        rank() over (
            partition by supplier_id, invoice_number
            order by landing_file_id desc
        ) as file_rank

    from invoice_lines

    where units > 0

),

-- A line may be charged in parts: add them up before joining.
charged as (

    select
        order_number,
        line_number,
        sum(units * unit_price) / sum(units) as charged_unit_cost

    from ranked_invoice_lines

    where file_rank = 1

    group by
        order_number,
        line_number

),

lines as (

    select
        purchase_order_lines.*,
        {{ local_date('purchase_order_lines.ordered_at') }} as ordered_date,
        coalesce(purchase_order_lines.promised_date, purchase_order_lines.requested_date) as due_date,
        lag(purchase_order_lines.unit_cost) over (
            partition by
                purchase_order_lines.supplier_id, purchase_order_lines.sku, purchase_order_lines.currency
            order by
                purchase_order_lines.ordered_at asc, purchase_order_lines.po_number asc,
                purchase_order_lines.line_number asc
        ) as earlier_unit_cost

    from purchase_order_lines

),

judged as (

    select
        lines.supplier_id,
        lines.po_number,
        lines.units_ordered,
        lines.unit_cost,
        lines.earlier_unit_cost,
        charged.charged_unit_cost,
        lines.units_received >= lines.units_ordered as is_whole,
        coalesce(lines.due_date < {{ as_of_date() }}, false) as is_due,
        {{ local_date('arrived.last_received_at') }} <= lines.due_date as is_in_time,
        {{ days_from_to('lines.ordered_at', 'arrived.last_received_at') }} as days_taken,
        {{ days_from_to('lines.ordered_at', start_of_day('lines.due_date')) }} as days_promised,
        {{ days_from_to('lines.ordered_at', 'acknowledged.acknowledged_at') }} as days_to_acknowledge,
        cast(date_trunc('month', cast(lines.ordered_date as timestamp)) as date) as month_start_date,
        case when lines.units_received < lines.units_ordered then lines.units_received else lines.units_ordered end
            as units_filled

    from lines
    left join arrived
        on
            lines.po_number = arrived.po_number
            and lines.line_number = arrived.line_number
    left join acknowledged
        on lines.po_number = acknowledged.order_number
    left join charged
        on
            lines.po_number = charged.order_number
            and lines.line_number = charged.line_number

),

scorecard as (

    select
        supplier_id,
        month_start_date,
        cast(count(distinct po_number) as integer) as orders,
        cast(count(*) as integer) as order_lines,
        cast(sum(units_ordered) as integer) as ordered_units,
        cast(sum(units_filled) as integer) as received_units,
        cast(sum(case when is_due then 1 else 0 end) as integer) as lines_due,
        cast(sum(case when is_due and is_whole and is_in_time then 1 else 0 end) as integer) as lines_on_time,
        cast(
            cast(sum(case when is_due and is_whole and is_in_time then 1 else 0 end) as double precision)
            / nullif(sum(case when is_due then 1 else 0 end), 0)
            as double precision
        ) as on_time_rate,
        cast(
            cast(sum(case when is_due then units_filled else 0 end) as double precision)
            / nullif(sum(case when is_due then units_ordered else 0 end), 0)
            as double precision
        ) as fill_rate,
        cast(avg(days_promised) as double precision) as promised_days,
        cast(avg(case when is_whole then days_taken end) as double precision) as actual_days,
        cast(avg(case when is_whole then days_taken - days_promised end) as double precision) as days_late,
        cast(count(distinct case when days_to_acknowledge is not null then po_number end) as integer)
            as orders_acknowledged,
        cast(avg(days_to_acknowledge) as double precision) as days_to_acknowledge,
        cast(
            sum((unit_cost - earlier_unit_cost) * units_ordered)
            / nullif(sum(case when unit_cost is not null then earlier_unit_cost * units_ordered end), 0)
            as double precision
        ) as price_drift_rate,
        cast(
            sum((charged_unit_cost - unit_cost) * units_ordered)
            / nullif(sum(case when charged_unit_cost is not null then unit_cost * units_ordered end), 0)
            as double precision
        ) as overcharge_rate

    from judged

    group by
        supplier_id,
        month_start_date

)

select * from scorecard
