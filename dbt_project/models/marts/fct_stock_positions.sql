with

levels as (

    select * from {{ ref('int_stock_levels') }}

),

stock_days as (

    select * from {{ ref('int_stock_days') }}

),

order_lines as (

    select * from {{ ref('fct_order_lines') }}

    where is_stock_item

),

purchase_order_lines as (

    select * from {{ ref('fct_purchase_order_lines') }}

),

ranked_before_cut_off as (

    select
        sku,
        location_id,
        available_units_at_close,
        row_number() over (partition by sku, location_id order by stock_date desc) as day_rank

    from stock_days

    where stock_date < {{ as_of_date() }}

),

closing as (

    select
        sku,
        location_id,
        available_units_at_close

    from ranked_before_cut_off

    where day_rank = 1

),

ranked_after_cut_off as (

    select
        sku,
        location_id,
        available_units_at_close - units_net as available_units_at_open,
        row_number() over (partition by sku, location_id order by stock_date) as day_rank

    from stock_days

    where stock_date >= {{ as_of_date() }}

),

opening as (

    select
        sku,
        location_id,
        available_units_at_open

    from ranked_after_cut_off

    where day_rank = 1

),

-- Ordered and paid for, not yet shipped: still on the shelf, no longer for sale.
committed as (

    select
        sku,
        location_id,
        sum(greatest(units_ordered - units_cancelled - units_fulfilled, 0)) as committed_units

    from order_lines

    group by
        sku,
        location_id

),

-- Drafts and sent orders alike: what is on paper counts, or the next plan buys it again.
inbound as (

    select
        sku,
        location_id,
        sum(units_open) as inbound_units

    from purchase_order_lines

    group by
        sku,
        location_id

),

at_cut_off as (

    select
        levels.sku,
        levels.location_id,
        levels.source_of_truth,
        levels.reserved_units,
        levels.damaged_units,
        levels.shown_units as channel_available_units,
        case when levels.shown_units is not null then levels.read_at end as channel_read_at,
        coalesce(closing.available_units_at_close, opening.available_units_at_open, levels.available_units)
            as available_units,
        coalesce(committed.committed_units, 0) as committed_units,
        coalesce(inbound.inbound_units, 0) as inbound_units

    from levels
    left join closing
        on
            levels.sku = closing.sku
            and levels.location_id = closing.location_id
    left join opening
        on
            levels.sku = opening.sku
            and levels.location_id = opening.location_id
    left join committed
        on
            levels.sku = committed.sku
            and levels.location_id = committed.location_id
    left join inbound
        on
            levels.sku = inbound.sku
            and levels.location_id = inbound.location_id

),

positions as (

    select
        {{ as_of_date() }} as as_of_date,
        sku,
        location_id,
        cast(available_units + committed_units + reserved_units + damaged_units as integer) as on_hand_units,
        cast(committed_units as integer) as committed_units,
        cast(available_units as integer) as available_units,
        cast(inbound_units as integer) as inbound_units,
        cast(reserved_units as integer) as reserved_units,
        cast(damaged_units as integer) as damaged_units,
        cast(channel_available_units as integer) as channel_available_units,
        channel_read_at,
        source_of_truth

    from at_cut_off

)

select * from positions
