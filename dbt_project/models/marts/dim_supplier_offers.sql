with

offers as (

    select * from {{ ref('int_supplier_offers') }}

),

described as (

    select
        sku,
        supplier_id,
        supplier_sku,
        unit_cost,
        currency,
        pack_units,
        minimum_order_units,
        price_breaks,
        pallet_units,
        is_discontinued,
        cast(offer_rank as integer) as offer_rank

    from offers

)

select * from described
