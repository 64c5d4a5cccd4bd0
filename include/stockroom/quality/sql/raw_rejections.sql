-- One row per stream with files landed after the last passed gate.
select
    source || '/' || stream as stream,
    (array_agg(path order by rejected_count desc))[1] as worst_path,
    case
        when sum(rejected_count) > %(rejected_lines_allowed)s
            then sum(rejected_count)::float8 / greatest(sum(line_count), 1)
        else 0
    end as rejected_share
from raw.landing_files
where landing_file_id > %(after_landing_file_id)s
group by source, stream
order by source, stream
