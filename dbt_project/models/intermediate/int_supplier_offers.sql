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
        name,
        currency

    from ranked_terms

    where version_rank = 1

),

skus as (

    select
        sku,
        vendor

    from {{ ref('int_skus') }}

),

rates as (

    select * from {{ ref('int_exchange_rates') }}

    where
        rate_date <= {{ as_of_date() }}
        and (next_rate_date is null or next_rate_date > {{ as_of_date() }})

),

-- A price without a currency is in that of its supplier's terms. Never a rate of 1 by silence.
priced_items as (

    select
        ranked_items.*,
        suppliers.name as supplier_name,
        cast(
            case
                when
                    coalesce(ranked_items.currency, suppliers.currency, '{{ var("store_currency") }}')
                    = '{{ var("store_currency") }}'
                    then ranked_items.price
                else ranked_items.price * rates.rate
            end as numeric(14, 4)
        ) as base_unit_cost

    from ranked_items
    left join suppliers
        on ranked_items.supplier_id = suppliers.supplier_id
    left join rates
        on coalesce(ranked_items.currency, suppliers.currency) = rates.currency

    where
        ranked_items.version_rank = 1
        and ranked_items.sku is not null

),

-- A sku is bought from the supplier whom the shop names as its vendor; else from the cheapest that still offers it.
ranked_offers as (

    select
        priced_items.sku,
        priced_items.supplier_id,
        priced_items.supplier_sku,
        priced_items.currency,
        priced_items.price as unit_cost,
        priced_items.base_unit_cost,
        priced_items.pack_units,
        priced_items.minimum_order_units,
        priced_items.price_breaks,
        priced_items.pallet_units,
        priced_items.is_discontinued,
        row_number() over (
            partition by priced_items.sku
            order by
                case when priced_items.supplier_name = skus.vendor then 0 else 1 end asc,
                case when priced_items.is_discontinued then 1 else 0 end asc,
                priced_items.base_unit_cost asc nulls last,
                priced_items.supplier_id asc,
                priced_items.supplier_sku asc
        ) as offer_rank

    from priced_items
    left join skus
        on priced_items.sku = skus.sku

),

offers as (

    select
        sku,
        supplier_id,
        supplier_sku,
        currency,
        unit_cost,
        base_unit_cost,
        pack_units,
        minimum_order_units,
        price_breaks,
        pallet_units,
        is_discontinued,
        offer_rank

    from ranked_offers

)

select * from offers
