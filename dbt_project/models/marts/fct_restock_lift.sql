with

outcomes as (

    select * from {{ ref('stg_ops__restock_outcomes') }}

    where is_measured

),

purchases as (

    select * from {{ ref('int_restock_purchases_priced') }}

),

-- One row per turn and what it bought within a week: afterwards those who were held out are told too. An order that is
-- found both ways counts once, further down.
turns as (

    select
        outcomes.outcome_id,
        outcomes.is_held_out,
        coalesce(outcomes.category, '') as category,
        max(case when purchases.found_by = 'browser' then 1 else 0 end) as has_bought_in_browser,
        count(distinct purchases.outcome_id) as has_bought,
        sum(case when purchases.found_by = 'link' then purchases.units_kept else 0 end) as units_by_link,
        sum(case when purchases.found_by = 'browser' then purchases.units_kept else 0 end) as units_in_browser,
        sum(case when purchases.found_by = 'link' then purchases.revenue else 0 end) as revenue_by_link,
        sum(case when purchases.found_by = 'browser' then purchases.revenue else 0 end) as revenue_in_browser

    from outcomes
    left join purchases
        on
            outcomes.outcome_id = purchases.outcome_id
            and purchases.units_kept > 0
            and {{ seconds_between('outcomes.chosen_at', 'purchases.ordered_at') }} < 7 * 86400

    group by
        outcomes.outcome_id,
        outcomes.category,
        outcomes.is_held_out

),

scoped as (

    select
        'all' as scope,
        '' as category,
        is_held_out,
        has_bought_in_browser,
        has_bought,
        greatest(units_by_link, units_in_browser) as units,
        greatest(revenue_by_link, revenue_in_browser) as revenue

    from turns

    union all

    select
        'category' as scope,
        category,
        is_held_out,
        has_bought_in_browser,
        has_bought,
        greatest(units_by_link, units_in_browser) as units,
        greatest(revenue_by_link, revenue_in_browser) as revenue

    from turns

),

counted as (

    select
        scope,
        category,
        sum(case when is_held_out then 0 else 1 end) as told,
        sum(case when is_held_out then 0 else has_bought_in_browser end) as told_in_browser,
        sum(case when is_held_out then 0 else has_bought end) as told_buyers,
        sum(case when is_held_out then 0 else units end) as told_units,
        sum(case when is_held_out then 0 else revenue end) as told_revenue,
        sum(case when is_held_out then 1 else 0 end) as held,
        sum(case when is_held_out then has_bought_in_browser else 0 end) as held_buyers

    from scoped

    group by
        scope,
        category

),

rated as (

    select
        *,
        1.0 * told_in_browser / nullif(told, 0) as browser_rate,
        1.0 * told_buyers / nullif(told, 0) as told_rate,
        1.0 * held_buyers / nullif(held, 0) as held_rate,
        {{ wilson_bound('told_in_browser', 'told', '-') }} as browser_low,
        {{ wilson_bound('told_buyers', 'told', '+') }} as told_high,
        {{ wilson_bound('held_buyers', 'held', '-') }} as held_low,
        {{ wilson_bound('held_buyers', 'held', '+') }} as held_high

    from counted

),

-- Newcombe's interval of a difference (1998, method 10): the ends of both Wilson intervals.
bounded as (

    select
        *,
        browser_rate - held_rate
        - sqrt(power(browser_rate - browser_low, 2) + power(held_high - held_rate, 2)) as gained_low,
        told_rate - held_rate
        + sqrt(power(told_high - told_rate, 2) + power(held_rate - held_low, 2)) as gained_high,
        1.0 * told_units / nullif(told_buyers, 0) as units_per_buyer,
        told_revenue / nullif(told_buyers, 0) as revenue_per_buyer

    from rated

),

typed as (

    select
        scope,
        category,
        cast(told as integer) as told_requests,
        cast(told_in_browser as integer) as told_buyers_in_browser,
        cast(told_buyers as integer) as told_buyers,
        cast(held as integer) as held_requests,
        cast(held_buyers as integer) as held_buyers,
        cast(told_rate as numeric(6, 4)) as told_rate,
        cast(held_rate as numeric(6, 4)) as held_rate,
        cast(browser_rate - held_rate as numeric(6, 4)) as rate_gained_at_least,
        cast(told_rate - held_rate as numeric(6, 4)) as rate_gained_at_most,
        cast(gained_low as numeric(6, 4)) as rate_gained_low,
        cast(gained_high as numeric(6, 4)) as rate_gained_high,
        cast(told * gained_low * units_per_buyer as numeric(14, 2)) as units_gained_low,
        cast(told * gained_high * units_per_buyer as numeric(14, 2)) as units_gained_high,
        cast(told * gained_low * revenue_per_buyer as numeric(14, 2)) as revenue_gained_low,
        cast(told * gained_high * revenue_per_buyer as numeric(14, 2)) as revenue_gained_high

    from bounded

)

select * from typed
