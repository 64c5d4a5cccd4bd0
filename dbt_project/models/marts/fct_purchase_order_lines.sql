with

purchase_order_lines as (

    select * from {{ ref('int_purchase_order_lines_unioned') }}

),

typed as (

    select
        po_number,
        line_number,
        supplier_id,
        location_id,
        sku,
        units_ordered,
        units_received,
        units_open,
        units_backordered,
        unit_cost,
        currency,
        exchange_rate,
        cast(unit_cost * exchange_rate as numeric(14, 4)) as base_unit_cost,
        ordered_at,
        requested_date,
        promised_date,
        state,
        origin,
        reason

    from purchase_order_lines

)

select * from typed
