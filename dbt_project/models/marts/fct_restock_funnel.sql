with

outcomes as (

    select * from {{ ref('stg_ops__restock_outcomes') }}

    where not is_held_out

),

purchases as (

    select * from {{ ref('int_restock_purchases_priced') }}

    where found_by = 'link'

),

skus as (

    select * from {{ ref('dim_skus') }}

),

-- One row per notice before joining, however many orders it brought.
bought as (

    select
        outcome_id,
        sum(units_kept) as units,
        sum(revenue) as revenue,
        sum(case when revenue is null then units_kept else 0 end) as unpriced_units

    from purchases

    group by outcome_id

),

notices as (

    select
        {{ local_date('outcomes.chosen_at') }} as told_date,
        coalesce(outcomes.category, '') as category,
        case when outcomes.sent_at is not null then 1 else 0 end as has_left,
        case when outcomes.sent_at is not null and outcomes.bounced_at is null then 1 else 0 end as has_arrived,
        case when outcomes.clicked_at is not null then 1 else 0 end as has_clicked,
        case when outcomes.found_sold_out_at is not null then 1 else 0 end as has_found_sold_out,
        case when outcomes.bought_at is not null then 1 else 0 end as has_bought,
        case
            when outcomes.bought_at is not null
                then greatest({{ seconds_between('outcomes.sent_at', 'outcomes.bought_at') }}, 0) / 3600
        end as hours_to_buy,
        coalesce(bought.units, 0) as units,
        coalesce(bought.revenue, 0) as revenue,
        coalesce(bought.revenue, 0)
        - (coalesce(bought.units, 0) - coalesce(bought.unpriced_units, 0)) * skus.base_unit_cost as margin,
        case
            when skus.base_unit_cost is null then coalesce(bought.units, 0) else coalesce(bought.unpriced_units, 0)
        end as uncosted_units

    from outcomes
    left join bought
        on outcomes.outcome_id = bought.outcome_id
    left join skus
        on outcomes.sku = skus.sku

),

summed as (

    select
        told_date,
        category,
        count(*) as told,
        sum(has_left) as has_left,
        sum(has_arrived) as arrived,
        sum(has_clicked) as clicked,
        sum(has_found_sold_out) as found_sold_out,
        sum(has_bought) as bought,
        sum(units) as units,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(uncosted_units) as uncosted_units,
        percentile_cont(0.5) within group (order by hours_to_buy) as hours_to_buy,
        sum(case when hours_to_buy <= 24 then 1 else 0 end) as bought_within_a_day

    from notices

    group by
        told_date,
        category

),

rated as (

    select
        told_date,
        category,
        cast(told as integer) as notices_told,
        cast(has_left as integer) as notices_left,
        cast(arrived as integer) as notices_delivered,
        -- Nothing is measured by pixels: nobody knows.
        cast(null as integer) as notices_opened,
        cast(clicked as integer) as notices_clicked,
        cast(found_sold_out as integer) as notices_found_sold_out,
        cast(bought as integer) as notices_bought,
        cast(units as integer) as bought_units,
        cast(uncosted_units as integer) as uncosted_units,
        cast(revenue as numeric(14, 2)) as revenue,
        cast(margin as numeric(14, 2)) as margin,
        cast(revenue / nullif(arrived, 0) as numeric(14, 4)) as revenue_per_recipient,
        cast(margin / nullif(arrived, 0) as numeric(14, 4)) as margin_per_recipient,
        cast(hours_to_buy as numeric(10, 2)) as hours_to_buy_p50,
        cast(1.0 * bought_within_a_day / nullif(bought, 0) as numeric(6, 4)) as bought_within_a_day_rate,
        cast(1.0 * clicked / nullif(arrived, 0) as numeric(6, 4)) as click_rate,
        cast(1.0 * bought / nullif(clicked, 0) as numeric(8, 4)) as click_to_purchase_rate,
        cast(1.0 * found_sold_out / nullif(clicked, 0) as numeric(6, 4)) as sold_out_at_click_rate,
        cast(0.65 as numeric(6, 4)) as benchmark_open_rate,
        cast(0.20 as numeric(6, 4)) as benchmark_click_to_purchase_low,
        cast(0.25 as numeric(6, 4)) as benchmark_click_to_purchase_high,
        cast(4.10 as numeric(14, 4)) as benchmark_revenue_per_recipient

    from summed

)

select * from rated
