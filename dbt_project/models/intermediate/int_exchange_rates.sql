with

exchange_rates as (

    select * from {{ ref('stg_planners__exchange_rates') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by currency, rate_date
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from exchange_rates

    where
        landing_file_id in (select files_in_force.landing_file_id from files_in_force)
        and currency is not null
        and currency != '{{ var("store_currency") }}'
        and rate > 0

),

-- A rate holds until there is a newer one; how old it may grow is for those to say who use it.
until_the_next as (

    select
        currency,
        rate_date,
        rate,
        lead(rate_date) over (partition by currency order by rate_date asc) as next_rate_date

    from ranked

    where version_rank = 1

)

select * from until_the_next
