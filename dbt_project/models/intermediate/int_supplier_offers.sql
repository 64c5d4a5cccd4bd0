{{
    config(
        materialized='table',
        post_hook='analyze {{ this }}'
    )
}}

with

catalogue_items as (

    select * from {{ ref('stg_suppliers__catalogue_items') }}

),

terms as (

    select * from {{ ref('stg_suppliers__terms') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked_items as (

    select
        *,
        -- A contract's price holds on its days, and the catalogue's on all others.
        case
            when
                contract_unit_cost is not null
                and coalesce(contract_from <= {{ as_of_date() }}, true)
                and coalesce(contract_until >= {{ as_of_date() }}, true)
                then contract_unit_cost
            else unit_cost
        end as price,
        {{ newest_first('catalogue_item_id') }} as version_rank

    from catalogue_items

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

ranked_terms as (

    select
        *,
        {{ newest_first('supplier_id') }} as version_rank

    from terms

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

suppliers as (

    select
        supplier_id,
        name

    from ranked_terms

    where version_rank = 1

),

skus as (

    select
        sku,
        vendor

    from {{ ref('int_skus') }}

),

-- A sku is bought from the supplier whom the shop names as its vendor; else from the cheapest that still offers it.
ranked_offers as (

    select
        ranked_items.sku,
        ranked_items.supplier_id,
        ranked_items.supplier_sku,
        ranked_items.currency,
        ranked_items.price as unit_cost,
        ranked_items.pack_units,
        ranked_items.minimum_order_units,
        ranked_items.price_breaks,
        ranked_items.pallet_units,
        ranked_items.is_discontinued,
        row_number() over (
            partition by ranked_items.sku
            order by
                case when suppliers.name = skus.vendor then 0 else 1 end asc,
                case when ranked_items.is_discontinued then 1 else 0 end asc,
                ranked_items.price asc nulls last,
                ranked_items.supplier_id asc,
                ranked_items.supplier_sku asc
        ) as offer_rank

    from ranked_items
    left join suppliers
        on ranked_items.supplier_id = suppliers.supplier_id
    left join skus
        on ranked_items.sku = skus.sku

    where
        ranked_items.version_rank = 1
        and ranked_items.sku is not null

),

offers as (

    select
        sku,
        supplier_id,
        supplier_sku,
        currency,
        unit_cost,
        pack_units,
        minimum_order_units,
        price_breaks,
        pallet_units,
        is_discontinued,
        offer_rank

    from ranked_offers

)

select * from offers
