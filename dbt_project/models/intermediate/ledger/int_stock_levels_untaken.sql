with

of_shopify as (

    select
        source,
        listing_id,
        location_id,
        landing_file_id,
        sku,
        available_units,
        on_hand_units,
        committed_units,
        incoming_units,
        reserved_units,
        damaged_units

    from {{ ref('int_shopify_stock_levels_untaken') }}

),

fba_levels as (

    select
        *,
        {{ newest_first('fba_level_id') }} as version_rank

    from {{ ref('stg_amazon__fba_levels') }}

    where landing_file_id > {{ newest_taken_file('amazon', 'fba_inventory') }}

),

of_amazon as (

    select
        'amazon' as source,
        fba_level_id as listing_id,
        'AMAZON-FBA' as location_id,
        landing_file_id,
        sku,
        coalesce(available_units, 0) as available_units,
        coalesce(total_units, 0) as on_hand_units,
        0 as committed_units,
        incoming_units,
        coalesce(reserved_units, 0) as reserved_units,
        coalesce(unsaleable_units, 0) as damaged_units

    from fba_levels

    where version_rank = 1

),

bigcommerce_levels as (

    select
        *,
        rank() over (
            partition by inventory_item_id
            order by landing_file_id desc, landing_line_number desc
        ) as version_rank

    from {{ ref('stg_bigcommerce__inventory_levels') }}

    where landing_file_id > {{ newest_taken_file('bigcommerce', 'inventory_items') }}

),

woocommerce_levels as (

    select
        *,
        {{ newest_listings_first('woocommerce') }} as version_rank

    from {{ ref('stg_woocommerce__listings') }}

    where landing_file_id > {{ newest_taken_file('woocommerce', 'products') }}

),

ebay_levels as (

    select
        *,
        {{ newest_first('listing_id') }} as version_rank

    from {{ ref('stg_ebay__inventory_items') }}

    where landing_file_id > {{ newest_taken_file('ebay', 'inventory_items') }}

),

channels as (

    select * from {{ ref('stg_ops__channels') }}

),

known_places as (

    select location_id from {{ ref('int_stock_truths') }}

),

-- A location of BigCommerce is ours by its code. The default one (1), whose code is seldom changed, is where its sales
-- leave from.
of_bigcommerce as (

    select
        'bigcommerce' as source,
        bigcommerce_levels.inventory_item_id as listing_id,
        coalesce(known_places.location_id, channels.ship_from) as location_id,
        bigcommerce_levels.landing_file_id,
        max(bigcommerce_levels.sku) as sku,
        cast(sum(bigcommerce_levels.available_units) as integer) as available_units,
        cast(sum(bigcommerce_levels.on_hand_units) as integer) as on_hand_units,
        0 as committed_units,
        0 as incoming_units,
        0 as reserved_units,
        0 as damaged_units

    from bigcommerce_levels
    inner join channels
        on channels.channel_id = 'bigcommerce'
    left join known_places
        on bigcommerce_levels.place_code = known_places.location_id

    where
        bigcommerce_levels.version_rank = 1
        and bigcommerce_levels.is_enabled
        and (known_places.location_id is not null or bigcommerce_levels.place_id = '1')
        and coalesce(known_places.location_id, channels.ship_from) is not null

    group by
        bigcommerce_levels.inventory_item_id,
        coalesce(known_places.location_id, channels.ship_from),
        bigcommerce_levels.landing_file_id

),

of_woocommerce as (

    select
        'woocommerce' as source,
        woocommerce_levels.listing_id,
        channels.ship_from as location_id,
        woocommerce_levels.landing_file_id,
        woocommerce_levels.sku,
        woocommerce_levels.shown_units as available_units,
        woocommerce_levels.shown_units as on_hand_units,
        0 as committed_units,
        0 as incoming_units,
        0 as reserved_units,
        0 as damaged_units

    from woocommerce_levels
    inner join channels
        on channels.channel_id = 'woocommerce'

    where
        woocommerce_levels.version_rank = 1
        and woocommerce_levels.is_active
        and woocommerce_levels.shown_units is not null
        and channels.ship_from is not null

),

of_ebay as (

    select
        'ebay' as source,
        ebay_levels.listing_id,
        channels.ship_from as location_id,
        ebay_levels.landing_file_id,
        ebay_levels.sku,
        ebay_levels.shown_units as available_units,
        ebay_levels.shown_units as on_hand_units,
        0 as committed_units,
        0 as incoming_units,
        0 as reserved_units,
        0 as damaged_units

    from ebay_levels
    inner join channels
        on channels.channel_id = 'ebay'

    where
        ebay_levels.version_rank = 1
        and ebay_levels.shown_units is not null
        and channels.ship_from is not null

),

levels as (

    select * from of_shopify

    union all

    select * from of_amazon

    union all

    select * from of_bigcommerce

    union all

    select * from of_woocommerce

    union all

    select * from of_ebay

)

select * from levels
