-- Channels make their raw tables when they are connected; what is shown must be readable before.
select raw.ensure_stream(
    'woocommerce_products',
    'WooCommerce products with their variations in full (variation_records); key: id',
    false
);
select raw.ensure_stream(
    'bigcommerce_products', 'BigCommerce products of the v3 catalogue with their variants; key: id', false
);

create view ops.shown_products as
with shopify_products as (
    select distinct on (record_key)
        document,
        landing_file_id
    from raw.shopify_products
    order by record_key asc, landing_file_id desc, line_number desc
),

woocommerce_products as (
    select distinct on (record_key)
        record_key,
        document,
        landing_file_id
    from raw.woocommerce_products
    order by record_key asc, landing_file_id desc, line_number desc
),

bigcommerce_products as (
    select distinct on (record_key)
        record_key,
        document,
        landing_file_id
    from raw.bigcommerce_products
    order by record_key asc, landing_file_id desc, line_number desc
),

-- A product with variations is sold by them; each of them has a page and a price of its own.
woocommerce_listings as (
    select
        record_key as listing_id,
        document as product,
        document as listing,
        landing_file_id
    from woocommerce_products
    where coalesce(document ->> 'type', '') <> 'variable'

    union all

    select
        products.record_key || '/' || (variation ->> 'id') as listing_id,
        products.document as product,
        variation as listing,
        products.landing_file_id
    from woocommerce_products as products
    cross join lateral jsonb_array_elements(products.document -> 'variation_records') as variation
    where jsonb_typeof(products.document -> 'variation_records') = 'array'
),

bigcommerce_listings as (
    select
        'product/' || record_key as listing_id,
        document as product,
        document as listing,
        landing_file_id
    from bigcommerce_products
    where coalesce(document ->> 'inventory_tracking', '') <> 'variant'

    union all

    select
        'variant/' || (variant ->> 'id') as listing_id,
        products.document as product,
        variant as listing,
        products.landing_file_id
    from bigcommerce_products as products
    cross join lateral jsonb_array_elements(products.document -> 'variants') as variant
    where products.document ->> 'inventory_tracking' = 'variant'
),

listings as (
    select
        'shopify' as channel_id,
        variant ->> 'id' as listing_id,
        upper(trim(variant ->> 'sku')) as sku,
        products.document ->> 'title' as title,
        products.document ->> 'handle' as page,
        products.document #>> '{featuredMedia,preview,image,url}' as image_url,
        nullif(products.document ->> 'productType', '') as category,
        variant ->> 'price' as price,
        coalesce(products.document ->> 'status', 'ACTIVE') = 'ACTIVE' as is_on_sale,
        products.landing_file_id
    from shopify_products as products
    cross join lateral jsonb_array_elements(products.document #> '{variants,nodes}') as variant

    union all

    select
        'woocommerce' as channel_id,
        listing_id,
        upper(trim(listing ->> 'sku')) as sku,
        product ->> 'name' as title,
        coalesce(listing ->> 'permalink', product ->> 'permalink', '') as page,
        coalesce(listing #>> '{image,src}', product #>> '{images,0,src}') as image_url,
        product #>> '{categories,0,name}' as category,
        listing ->> 'price' as price,
        coalesce(product ->> 'status', 'publish') = 'publish'
        and coalesce(listing ->> 'status', 'publish') = 'publish' as is_on_sale,
        landing_file_id
    from woocommerce_listings

    union all

    select
        'bigcommerce' as channel_id,
        listing_id,
        upper(trim(listing ->> 'sku')) as sku,
        product ->> 'name' as title,
        coalesce(product #>> '{custom_url,url}', '') as page,
        coalesce(nullif(listing ->> 'image_url', ''), product #>> '{primary_image,url_standard}') as image_url,
        null as category,
        coalesce(listing ->> 'price', product ->> 'price') as price,
        coalesce(product ->> 'is_visible', 'true') = 'true'
        and coalesce(product ->> 'availability', '') <> 'disabled'
        and coalesce(listing ->> 'purchasing_disabled', '') <> 'true' as is_on_sale,
        landing_file_id
    from bigcommerce_listings
)

select
    channel_id,
    listing_id,
    sku,
    title,
    page,
    is_on_sale,
    landing_file_id,
    nullif(price, '')::numeric(14, 4) as price,
    coalesce(image_url, max(image_url) over (partition by sku)) as image_url,
    coalesce(category, max(category) over (partition by sku)) as category
from listings
where coalesce(sku, '') <> '' and coalesce(price, '') <> '' and title is not null;

grant select on ops.shown_products to stockroom_app;

comment on view ops.shown_products is
'One row per listing of a channel with product pages of its own, as its newest record in raw shows it: minutes old.';
comment on column ops.shown_products.listing_id is
'The channel''s own id: a Shopify variant, a WooCommerce product or product/variation, a BigCommerce product/… or'
' variant/….';
comment on column ops.shown_products.sku is 'As the channel''s field says, upper case and trimmed: of a pack, its own.';
comment on column ops.shown_products.page is
'Where its page is: Shopify''s handle, WooCommerce''s whole address, BigCommerce''s path; empty: not said.';
comment on column ops.shown_products.image_url is
'Of the listing; else of the same SKU on another channel; else null.';
comment on column ops.shown_products.category is 'Of the listing; else of the same SKU on another channel; else null.';

alter table ops.restock_requests add column channel_id text not null default 'shopify';
comment on column ops.restock_requests.channel_id is
'The shop whose page it was asked on, and whose basket its notice leads to.';

alter table ops.restock_notices add column channel_id text not null default 'shopify';
comment on column ops.restock_notices.handle is 'Where the product''s page is, as ops.shown_products.page has it.';
comment on column ops.restock_notices.variant_id is 'The channel''s own id of the listing.';
