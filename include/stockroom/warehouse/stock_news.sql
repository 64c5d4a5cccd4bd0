-- One row per watched stream of which files landed that the ledger has not taken in: the newest, and when it was true.
with watched as (
    select
        listed.source_name as source,
        listed.stream_name as stream,
        coalesce(cursors.landing_file_id, 0) as taken_file_id
    from unnest(%(sources)s::text[], %(streams)s::text[]) as listed (source_name, stream_name)
    left join ops.stock_cursors as cursors
        on listed.source_name = cursors.source and listed.stream_name = cursors.stream
)

select distinct on (files.source, files.stream)
    files.source,
    files.stream,
    files.landing_file_id,
    coalesce(files.channel_time, files.window_end, files.landed_at) as read_at
from raw.landing_files as files
inner join watched on files.source = watched.source and files.stream = watched.stream
where
    files.landing_file_id > (select min(first_of.taken_file_id) from watched as first_of)
    and files.landing_file_id > watched.taken_file_id
order by files.source asc, files.stream asc, files.landing_file_id desc
