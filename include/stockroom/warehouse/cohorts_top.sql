-- The best share of the SKUs on sale, best first; ties go by name.
with newest as (
    select
        sku,
        sum(coalesce(units_per_day_90, 0)) as units_per_day
    from marts.fct_sku_velocity
    where as_of_date = (select max(velocity.as_of_date) from marts.fct_sku_velocity as velocity)
    group by sku
),

ranked as (
    select
        skus.sku,
        count(*) over () as on_sale,
        row_number() over (
            order by
                coalesce(newest.units_per_day, 0)
                * case when %(by)s = 'revenue' then coalesce(skus.unit_price, 0) else 1 end desc,
                skus.sku collate "C" asc
        ) as place
    from marts.dim_skus as skus
    left join newest on skus.sku = newest.sku
    where skus.is_active
)

select sku from ranked
where place <= ceil(on_sale * %(share)s::numeric)
order by place
