with

conformed as (

    select * from {{ ref('int_order_lines_unioned') }}

),

skus as (

    select sku from {{ ref('int_skus') }}

),

-- Postage, fees and vouchers are services: typed in by hand without a variant, or unknown to the catalogue and never
-- shipped. What the catalogue knows is stock; the rest is a question for people.
classified as (

    select
        conformed.*,
        case
            when conformed.is_custom_service then 'service'
            when skus.sku is not null then 'stock'
            when conformed.is_service_if_unknown then 'service'
            else 'unknown'
        end as line_class

    from conformed
    left join skus
        on conformed.sku = skus.sku

),

order_lines as (

    select
        channel_id,
        order_id,
        order_line_id,
        order_name,
        line_kind,
        counterpart_line_id,
        counterpart_at,
        ordered_at,
        sku,
        sku_as_sent,
        title,
        units_ordered,
        unit_price,
        currency,
        landing_file_id,
        landing_line_number,
        line_class,
        -- Facts keep a place for units of which no source says where they ship from.
        coalesce(location_id, 'UNASSIGNED') as location_id

    from classified

)

select * from order_lines
