-- A query takes the body in, so that it costs no more than if it stood there: it must stay one select.
create function ops.parts_of_listing(channel text, listing text, said_sku text, moment timestamptz)
returns table (sku text, units_per_listing integer, is_named boolean)
language sql
stable
as $$
select
    coalesce(listed.sku, said_sku) as sku,
    coalesce(listed.units_per_listing, 1) as units_per_listing,
    listed.sku is not null as is_named
from (values (channel)) as itself (channel_id)
left join ops.listing_parts as listed
    on
        itself.channel_id = listed.channel_id
        and itself.channel_id != 'shopify'  -- it counts the parts of its bundles itself
        and listed.listing_name = (
            select named.listing_name
            from ops.listing_parts as named
            where named.channel_id = channel and named.listing_name in (listing, said_sku)
            order by named.listing_name != listing
            limit 1
        )
        and (listed.valid_from is null or moment >= listed.valid_from)
        and (listed.valid_before is null or moment < listed.valid_before)
$$;

comment on function ops.parts_of_listing is
'What a listing was at a moment: what planners say, by its own id or what its SKU field says, else one unit of that.';

grant execute on function ops.parts_of_listing to stockroom_app;

-- Both are asked for each listing that is compared: without them every one reads the whole table.
create index listing_parts_by_name on ops.listing_parts (channel_id, listing_name);
create index listing_parts_by_sku on ops.listing_parts (channel_id, sku);
