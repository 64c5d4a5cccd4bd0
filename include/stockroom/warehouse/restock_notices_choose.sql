-- Marks requests as told, freezes what their mails show, and puts the mails into the outbox: all or nothing.
-- A request that is no longer active (unsubscribed a second ago, chosen by another run), or whose product the channel
-- no longer knows, gets no mail.
with newest_products as (
    select distinct on (record_key) document from raw.shopify_products
    order by record_key asc, landing_file_id desc, line_number desc
),

products as (
    select distinct on (upper(trim(variant ->> 'sku')))
        upper(trim(variant ->> 'sku')) as sku,
        newest_products.document ->> 'title' as title,
        newest_products.document ->> 'handle' as handle,
        newest_products.document #>> '{featuredMedia,preview,image,url}' as image_url,
        variant ->> 'id' as variant_id,
        (variant ->> 'price')::numeric as price
    from newest_products
    cross join lateral jsonb_array_elements(newest_products.document #> '{variants,nodes}') as variant
    order by upper(trim(variant ->> 'sku')) asc, newest_products.document ->> 'updatedAt' desc
),

chosen as (
    select
        products.*,
        requests.request_id,
        requests.shopper_id
    from ops.restock_requests as requests
    inner join products on requests.sku = products.sku
    where requests.request_id = any(%(request_ids)s) and requests.state = 'active'
    for update of requests
),

told as (
    update ops.restock_requests as requests
    set
        state = 'notified',
        notified_at = %(now)s,
        last_event_note = case
            when requests.request_id = chosen.request_id then 'back in stock'
            else 'answered with request ' || chosen.request_id
        end
    from chosen
    where requests.shopper_id = chosen.shopper_id and requests.sku = chosen.sku and requests.state = 'active'
),

frozen as (
    insert into ops.restock_notices (request_id, title, handle, image_url, variant_id, price)
    select
        request_id,
        title,
        handle,
        image_url,
        variant_id,
        price
    from chosen
    on conflict (request_id) do nothing
)

insert into ops.outbox (message_key, kind, subject_key, state)
select
    'restock_mail/' || request_id as message_key,
    %(kind)s as kind,
    request_id as subject_key,
    'pending' as state
from chosen
on conflict (message_key) do nothing
