-- One row: what a channel shows of a SKU now.
select
    channel_id,
    listing_id,
    sku,
    title,
    page,
    category,
    price
from ops.shown_products
where sku = %(sku)s and channel_id = %(channel)s
order by is_on_sale desc, landing_file_id desc, listing_id asc
limit 1
