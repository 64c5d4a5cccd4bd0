with

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

dated as (

    select
        currency,
        rate_date,
        rate,
        next_rate_date

    from exchange_rates

)

select * from dated
