with

purchases as (

    select * from {{ ref('stg_ops__restock_purchases') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

priced as (

    select
        purchases.outcome_id,
        purchases.order_line_id,
        purchases.found_by,
        purchases.units_kept,
        purchases.ordered_at,
        cast(
            purchases.units_kept * purchases.unit_price * case
                when coalesce(purchases.currency, '{{ var("store_currency") }}') = '{{ var("store_currency") }}' then 1
                else exchange_rates.rate
            end as numeric(14, 4)
        ) as revenue

    from purchases
    left join exchange_rates
        on
            purchases.currency = exchange_rates.currency
            and exchange_rates.rate_date <= {{ local_date('purchases.ordered_at') }}
            and (
                exchange_rates.next_rate_date is null
                or exchange_rates.next_rate_date > {{ local_date('purchases.ordered_at') }}
            )

)

select * from priced
