-- For each of these skus up to three other products of the same shop that an order can have now, of the same category,
-- and at a third to three times the price: first those that were most often bought with it, then the nearest in price.
with shown as (
    select distinct on (sku)
        sku,
        title,
        page,
        image_url,
        category,
        price,
        is_on_sale
    from ops.shown_products
    where channel_id = %(channel)s
    order by sku asc, is_on_sale desc, landing_file_id desc
),

bought as (
    select %(together)s::jsonb as together
),

ranked as (
    select
        wanted.sku as wanted_sku,
        shown.title,
        shown.page,
        shown.image_url,
        shown.price,
        row_number() over (
            partition by wanted.sku
            order by
                coalesce((bought.together -> wanted.sku ->> shown.sku)::integer, 0) desc,
                abs(ln(shown.price / greatest(wanted.price, 0.01))) asc,
                shown.sku asc
        ) as place
    from shown as wanted
    cross join bought
    inner join shown on wanted.category = shown.category and wanted.sku != shown.sku
    where
        wanted.sku = any(%(skus)s)
        and shown.sku = any(%(in_stock)s)
        and shown.is_on_sale
        and shown.price > 0
        and (wanted.price <= 0 or shown.price between wanted.price / 3 and wanted.price * 3)
)

select
    wanted_sku,
    title,
    page,
    image_url,
    price
from ranked
where place <= 3
order by wanted_sku, place
