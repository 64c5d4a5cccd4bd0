-- One row per SKU that a channel offers: units that an order there could have now, by the ledger of stock and less what
-- is left unshown there. A shop that is known to show none, because it refused the last figure, sells none.
with last_pushes as (
    select distinct on (listing_id, place_id)
        listing_id,
        place_id,
        coalesce(units_after, units_before) as shown_units
    from ops.availability_pushes
    where channel_id = %(channel)s
    order by listing_id asc, place_id asc, availability_push_id desc
)

select
    products.sku,
    sum(greatest(availability.units, 0))::integer as units
from ops.shown_products as products
inner join intermediate.int_listing_availability as availability
    on products.channel_id = availability.channel_id and products.listing_id = availability.listing_id
left join last_pushes
    on availability.listing_id = last_pushes.listing_id and availability.place_id = last_pushes.place_id
where
    products.channel_id = %(channel)s
    and availability.channel_id = %(channel)s
    and products.is_on_sale
    and (%(skus)s::text[] is null or products.sku = any(%(skus)s))
    and coalesce(last_pushes.shown_units, 1) > 0
group by products.sku
