with

oversells as (

    select * from {{ ref('stg_ops__oversells') }}

),

oversell_events as (

    select * from {{ ref('stg_ops__oversell_events') }}

),

-- One row per oversell, so that joining it keeps each once.
orders as (

    select
        oversell_id,
        cast(count(distinct channel_id) as integer) as channels_short,
        cast(max({{ seconds_between('shown_at', 'occurred_at') }}) as numeric(14, 1)) as oldest_figure_seconds

    from oversell_events

    where units_short > 0

    group by oversell_id

),

described as (

    select
        oversells.oversell_id,
        oversells.sku,
        oversells.location_id,
        oversells.state,
        oversells.units_short,
        oversells.orders_short,
        coalesce(orders.channels_short, 0) as channels_short,
        oversells.began_at,
        oversells.known_at,
        oversells.noticed_at,
        oversells.resolved_at,
        orders.oldest_figure_seconds,
        oversells.money_at_risk,
        oversells.action,
        oversells.recommendation,
        cast({{ seconds_between('oversells.known_at', 'oversells.noticed_at') }} as numeric(14, 1))
            as noticed_after_seconds

    from oversells
    left join orders
        on oversells.oversell_id = orders.oversell_id

)

select * from described
