{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        unique_key=['channel_id', 'order_line_id'],
        on_schema_change='fail',
        pre_hook='{{ forget_changed_order_lines() }}',
        post_hook='analyze {{ this }}'
    )
}}

with

order_lines as (

    select * from {{ ref('int_order_lines_conformed') }}

    where
        line_class in ('stock', 'service')
        and ordered_at < {{ cut_off() }}

),

missing_lines as (

    select order_lines.*

    from order_lines

    {% if is_incremental() %}
        where not exists (
            select 1
            from {{ this }} as this
            where
                this.channel_id = order_lines.channel_id
                and this.order_line_id = order_lines.order_line_id
        )
    {% endif %}

),

-- One row per line before joining, however many parcels and refunds it had.
event_units as (

    select
        events.channel_id,
        events.order_line_id,
        sum(case when events.event_kind = 'ordered' then events.units else 0 end) as units_ordered,
        sum(case when events.event_kind = 'cancelled' then events.units else 0 end) as units_cancelled,
        sum(case when events.event_kind in ('returned', 'returned_unsaleable') then events.units else 0 end)
            as units_returned,
        sum(case when events.event_kind = 'fulfilled' then events.units else 0 end) as units_fulfilled

    from {{ ref('int_order_line_events_unioned') }} as events
    inner join missing_lines
        on
            events.channel_id = missing_lines.channel_id
            and events.order_line_id = missing_lines.order_line_id

    where events.occurred_at < {{ cut_off() }}

    group by
        events.channel_id,
        events.order_line_id

),

counted as (

    select
        missing_lines.channel_id,
        missing_lines.order_id,
        missing_lines.order_line_id,
        missing_lines.order_name,
        missing_lines.line_kind,
        missing_lines.ordered_at,
        {{ local_date('missing_lines.ordered_at') }} as ordered_date,
        missing_lines.sku,
        missing_lines.sku_as_sent,
        missing_lines.location_id,
        cast(coalesce(event_units.units_ordered, 0) as integer) as units_ordered,
        cast(coalesce(event_units.units_cancelled, 0) as integer) as units_cancelled,
        cast(coalesce(event_units.units_returned, 0) as integer) as units_returned,
        -- Bulk orders ship at once; only the online store reports its parcels.
        cast(
            case
                when missing_lines.channel_id = 'wholesale'
                    then coalesce(event_units.units_ordered - event_units.units_cancelled, 0)
                else coalesce(event_units.units_fulfilled, 0)
            end as integer
        ) as units_fulfilled,
        missing_lines.unit_price,
        missing_lines.currency,
        missing_lines.line_class = 'stock' as is_stock_item,
        case
            when missing_lines.counterpart_at < {{ cut_off() }} then missing_lines.counterpart_line_id
        end as counterpart_line_id,
        missing_lines.landing_file_id,
        {{ as_of_date() }} as counted_for_date,
        cast({{ next_build_number() }} as integer) as build_number

    from missing_lines
    left join event_units
        on
            missing_lines.channel_id = event_units.channel_id
            and missing_lines.order_line_id = event_units.order_line_id

)

select * from counted
