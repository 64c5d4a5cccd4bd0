-- One row per stream that a plan cannot do without.
select
    needed.stream,
    coalesce(sum(landed.loaded_count), 0)::float8 as records
from (
    values ('shopify/orders'), ('shopify/products'), ('shopify/inventory_levels'), ('shopify/locations'),
    ('wholesale/orders'), ('suppliers/terms'), ('suppliers/catalogues')
) as needed (stream)
left join raw.landing_files as landed on needed.stream = landed.source || '/' || landed.stream
group by needed.stream
order by needed.stream
