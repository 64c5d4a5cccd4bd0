-- What is to come of the store's own orders to each location, and what has to be sent on to it; one row per part of a
-- line that comes at one time.
--
-- Ours from where they are decided, since an answer may be younger than the marts; what had arrived by the cut-off,
-- from the marts. An order of a later plan is not known yet. An open proposal is what this plan decides anew: left out.
with own_lines as (
    select
        lines.po_number,
        lines.version,
        lines.line_number,
        lines.sku,
        orders.location_id,
        orders.supplier_id,
        answers.promised_date,
        answers.backorder_date,
        answers.expected_date,
        coalesce(orders.requested_date, orders.plan_date) as requested_date,
        coalesce(arrived.units_received, 0) as units_received,
        coalesce(answers.units_shipped, 0) as units_shipped,
        -- Of what it has sent already nothing is still to come later.
        greatest(
            coalesce(answers.units_backordered, 0)
            - greatest(coalesce(answers.units_shipped - answers.units_accepted, 0), 0), 0
        ) as units_later,
        ops.units_open(lines.units, answers.units_rejected, answers.units_shipped, arrived.units_received) as units_open
    from ops.purchase_orders as orders
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    left join marts.fct_purchase_order_lines as arrived
        on
            lines.po_number = arrived.po_number
            and lines.line_number = arrived.line_number
            and arrived.origin = 'stockroom'
    left join ops.purchase_order_line_answers as answers
        on
            lines.po_number = answers.po_number
            and lines.line_number = answers.line_number
            and coalesce(answers.answered_at, answers.first_shipped_at) < %(cut_off)s
    where
        orders.plan_date < %(plan_date)s
        and states.is_on_order
        and orders.kind != 'drop_ship'
),

-- What a supplier refused does not come; what it has sent comes as its notice says, what it owes when it says.
own_parts as (
    select
        *,
        least(units_open, greatest(units_shipped - units_received, 0)) as units_sent,
        least(units_open - least(units_open, greatest(units_shipped - units_received, 0)), units_later) as units_owed
    from own_lines
),

-- First what was sent, then what comes by the day promised for the line, last what is owed until later.
own_named as (
    select
        own_parts.po_number,
        own_parts.version,
        own_parts.line_number,
        own_parts.sku,
        own_parts.location_id,
        own_parts.supplier_id,
        own_parts.requested_date,
        parts.units_before,
        parts.units,
        parts.named_date,
        parts.said
    from own_parts
    cross join lateral (
        values
        (own_parts.units_received, own_parts.units_sent, own_parts.expected_date, 'sent'),
        (
            own_parts.units_received + own_parts.units_sent,
            own_parts.units_open - own_parts.units_sent - own_parts.units_owed,
            own_parts.promised_date,
            'promised'
        ),
        (
            own_parts.units_received + own_parts.units_open - own_parts.units_owed,
            own_parts.units_owed,
            own_parts.backorder_date,
            'promised'
        )
    ) as parts (units_before, units, named_date, said)
),

own_coming as (
    select
        *,
        coalesce(named_date, requested_date) - %(plan_date)s as due_in_days,
        case when named_date is null then 'asked' else said end as named_by
    from own_named
    where units > 0
),

-- Of what was bought for several locations, each counts those units that are its own.
own_elsewhere as (
    select
        own_coming.po_number,
        own_coming.line_number,
        own_coming.units_before,
        own_coming.sku,
        splits.location_id,
        own_coming.supplier_id,
        own_coming.named_by,
        own_coming.due_in_days + ceil(splits.way_days)::integer as due_in_days,
        (
            select count(*) from unnest(splits.turns) as turn
            where turn > own_coming.units_before and turn <= own_coming.units_before + own_coming.units
        )::integer as units
    from own_coming
    inner join ops.purchase_order_line_splits as splits
        on
            own_coming.po_number = splits.po_number
            and own_coming.version = splits.version
            and own_coming.line_number = splits.line_number
            and own_coming.location_id != splits.location_id
),

gone_elsewhere as (
    select
        po_number,
        line_number,
        units_before,
        sum(units)::integer as units
    from own_elsewhere
    group by po_number, line_number, units_before
),

own_on_order as (
    select
        own_coming.sku,
        own_coming.location_id,
        own_coming.units - coalesce(gone_elsewhere.units, 0) as units,
        own_coming.due_in_days,
        own_coming.supplier_id,
        own_coming.named_by as said
    from own_coming
    left join gone_elsewhere
        on
            own_coming.po_number = gone_elsewhere.po_number
            and own_coming.line_number = gone_elsewhere.line_number
            and own_coming.units_before = gone_elsewhere.units_before
    union all
    select
        sku,
        location_id,
        units,
        due_in_days,
        supplier_id,
        named_by as said
    from own_elsewhere
    union all
    select
        sku,
        location_id,
        units,
        ceil(way_days)::integer as due_in_days,
        from_location_id as supplier_id,
        'asked' as said
    from pg_temp.owed_units
)

select * from own_on_order
where units > 0
