-- One row per stream that a plan cannot do without: of the suppliers, and of each channel that is connected. Which
-- channel sells, and which has a catalogue, is the shop's business, but one of them must.
with needed as (
    select unnest(%(needed_streams)s::text[]) as stream
),

of_any_channel as (
    select
        'the orders of any channel' as stream,
        coalesce(sum(loaded_count), 0)::float8 as records
    from raw.landing_files
    where source || '/' || stream = any(%(order_streams)s::text[])
    union all
    select
        'the catalogue of any channel' as stream,
        coalesce(sum(loaded_count), 0)::float8 as records
    from raw.landing_files
    where source || '/' || stream = any(%(catalogue_streams)s::text[])
)

select
    needed.stream,
    coalesce(sum(landed.loaded_count), 0)::float8 as records
from needed
left join raw.landing_files as landed on needed.stream = landed.source || '/' || landed.stream
group by needed.stream
union all
select
    of_any_channel.stream,
    of_any_channel.records
from of_any_channel
order by stream
