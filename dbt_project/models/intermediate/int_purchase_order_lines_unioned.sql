with

store_lines as (

    select * from {{ ref('stg_suppliers__purchase_order_lines') }}

),

our_lines as (

    select * from {{ ref('stg_ops__purchase_order_lines') }}

),

receipts as (

    select * from {{ ref('int_receipts') }}

    where received_at < {{ cut_off() }}

),

backorders as (

    select * from {{ ref('stg_suppliers__backorders') }}

),

rates as (

    select * from {{ ref('int_exchange_rates') }}

),

answers as (

    select * from {{ ref('stg_ops__purchase_order_line_answers') }}

    where answered_at < {{ cut_off() }}

),

ranked_store_lines as (

    select
        *,
        {{ newest_first('purchase_order_line_id') }} as version_rank

    from store_lines

),

ranked_backorders as (

    select
        *,
        row_number() over (
            partition by po_number, line_number
            order by noted_at desc, landing_file_id desc, landing_line_number desc
        ) as version_rank

    from backorders

    where noted_at < {{ cut_off() }}

),

lines as (

    select
        po_number,
        line_number,
        supplier_id,
        location_id,
        sku,
        units_ordered,
        unit_cost,
        currency,
        cast(null as numeric(18, 8)) as own_rate,
        ordered_at,
        requested_date,
        promised_date,
        'released' as own_state,
        'history' as origin,
        cast(null as text) as reason

    from ranked_store_lines

    where
        version_rank = 1
        and ordered_at < {{ cut_off() }}

    union all

    -- An order of ours counts from the morning of its plan: one planned today is not yet a fact for today's plan, and
    -- what today's plan makes of an older one is none either, however often the day is built.
    select
        po_number,
        line_number,
        supplier_id,
        location_id,
        sku,
        units_ordered,
        unit_cost,
        currency,
        exchange_rate as own_rate,
        {{ start_of_day('plan_date') }} as ordered_at,
        requested_date,
        cast(null as date) as promised_date,
        state as own_state,
        'stockroom' as origin,
        reason

    from our_lines

    where
        known_from_date < {{ as_of_date() }}
        and (known_until_date is null or known_until_date >= {{ as_of_date() }})

),

-- A line may arrive in several shipments: add them up before joining.
received as (

    select
        po_number,
        line_number,
        sum(units) as units_received

    from receipts

    group by
        po_number,
        line_number

),

joined as (

    select
        lines.po_number,
        lines.line_number,
        lines.supplier_id,
        lines.location_id,
        lines.sku,
        lines.units_ordered,
        lines.unit_cost,
        lines.currency,
        cast(
            case
                when lines.currency = '{{ var("store_currency") }}' then 1
                else coalesce(lines.own_rate, rates.rate)
            end as numeric(18, 8)
        ) as exchange_rate,
        lines.ordered_at,
        lines.requested_date,
        lines.own_state,
        lines.origin,
        lines.reason,
        cast(coalesce(received.units_received, 0) as integer) as units_received,
        cast(
            coalesce(answers.units_backordered, ranked_backorders.units_backordered, 0) as integer
        ) as units_backordered,
        {{ units_open(
            'lines.units_ordered', 'answers.units_rejected', 'answers.units_shipped', 'received.units_received'
        ) }} as units_still_to_come,
        coalesce(answers.promised_date, ranked_backorders.new_promised_date, lines.promised_date) as promised_date

    from lines
    left join received
        on
            lines.po_number = received.po_number
            and lines.line_number = received.line_number
    left join ranked_backorders
        on
            lines.po_number = ranked_backorders.po_number
            and lines.line_number = ranked_backorders.line_number
            and ranked_backorders.version_rank = 1
    left join answers
        on
            lines.po_number = answers.po_number
            and lines.line_number = answers.line_number
    -- At most one rate of a currency holds on a day.
    left join rates
        on
            lines.currency = rates.currency
            and lines.ordered_at >= {{ start_of_day('rates.rate_date') }}
            and (rates.next_rate_date is null or lines.ordered_at < {{ start_of_day('rates.next_rate_date') }})

),

with_state as (

    select
        po_number,
        line_number,
        supplier_id,
        location_id,
        sku,
        units_ordered,
        units_received,
        units_backordered,
        unit_cost,
        currency,
        exchange_rate,
        ordered_at,
        requested_date,
        promised_date,
        origin,
        reason,
        case
            when own_state in ('refused', 'cancelled', 'closed') then own_state
            when units_received >= units_ordered then 'received'
            when units_received > 0 then 'part_received'
            else own_state
        end as state,
        case
            when own_state in ('refused', 'cancelled', 'closed') then 0
            else units_still_to_come
        end as units_open

    from joined

)

select * from with_state
