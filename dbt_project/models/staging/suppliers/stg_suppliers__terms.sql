with

documents as (

    select * from {{ source('suppliers', 'suppliers_terms') }}

),

terms as (

    select
        landing_file_id,
        line_number as landing_line_number,
        trim(record_key) as supplier_id,
        {{ blank_to_null(json_text('document', 'name')) }} as name,
        {{ blank_to_null(json_text('document', 'email')) }} as email,
        {{ blank_to_null(json_text('document', 'lane')) }} as lane,
        {{ blank_to_null(json_text('document', 'currency')) }} as currency,
        {{ blank_to_null(json_text('document', 'payment_terms')) }} as payment_terms,
        {{ blank_to_null(json_text('document', 'ship_via')) }} as ship_via,
        -- A sheet may do without these columns.
        {{ blank_to_null(json_text('document', 'closed_days')) }} as closed_days,
        {{ blank_to_null(json_text('document', 'x12_id')) }} as x12_id,
        upper({{ blank_to_null(json_text('document', 'drop_ship_location')) }}) as drop_ship_location_id,
        cast({{ blank_to_null(json_text('document', 'drop_ship_buffer_units')) }} as integer)
            as drop_ship_buffer_units,
        cast({{ blank_to_null(json_text('document', 'drop_ship_hours')) }} as integer) as drop_ship_hours,
        cast({{ blank_to_null(json_text('document', 'drop_ship_offer_old')) }} as boolean) as drop_ship_offer_old,
        cast({{ blank_to_null(json_text('document', 'drop_ship_orders_from')) }} as date) as drop_ship_orders_from,
        {{ blank_to_null(json_text('document', 'order_days')) }} as order_days,
        {{ blank_to_null(json_text('document', 'order_cut_off')) }} as order_cut_off,
        cast({{ blank_to_null(json_text('document', 'small_order_fee')) }} as numeric(14, 2)) as small_order_fee,
        cast({{ blank_to_null(json_text('document', 'free_freight_value')) }} as numeric(14, 2))
            as free_freight_value,
        cast({{ blank_to_null(json_text('document', 'freight_cost')) }} as numeric(14, 2)) as freight_cost,
        cast({{ blank_to_null(json_text('document', 'landed_cost_percent')) }} as numeric(5, 2))
            as landed_cost_percent,
        cast({{ blank_to_null(json_text('document', 'maximum_pallets')) }} as integer) as maximum_pallets,
        cast({{ blank_to_null(json_text('document', 'quoted_lead_time_days')) }} as numeric(6, 1))
            as quoted_lead_time_days,
        cast({{ blank_to_null(json_text('document', 'minimum_order_value')) }} as numeric(14, 2))
            as minimum_order_value,
        -- So may it without this one.
        cast({{ blank_to_null(json_text('document', 'return_credit_percent')) }} as numeric(5, 2))
            as return_credit_percent

    from documents

)

select * from terms
