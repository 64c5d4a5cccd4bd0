-- Note what planners say now of listings. One row per channel of which they say something else than at the last time.
with wanted as (
    select
        channel_id,
        listing_name,
        sku,
        units_per_listing,
        valid_from,
        valid_before
    from intermediate.int_listing_parts
    where sku is not null and listing_name is not null
),

missing as (
    select * from wanted
    except
    select * from ops.listing_parts
),

gone as (
    select * from ops.listing_parts
    except
    select * from wanted
),

forgotten as (
    delete from ops.listing_parts as known
    using gone
    where
        (known.channel_id, known.listing_name, known.sku, known.units_per_listing)
        = (gone.channel_id, gone.listing_name, gone.sku, gone.units_per_listing)
        and known.valid_from is not distinct from gone.valid_from
        and known.valid_before is not distinct from gone.valid_before
),

noted as (
    insert into ops.listing_parts (channel_id, listing_name, sku, units_per_listing, valid_from, valid_before)
    select
        channel_id,
        listing_name,
        sku,
        units_per_listing,
        valid_from,
        valid_before
    from missing
)

select channel_id from missing
union
select channel_id from gone
