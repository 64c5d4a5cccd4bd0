-- One row per receipt landed after the last passed gate.
select
    files.path,
    landed.line_number,
    landed.record_key as receipt_key,
    case
        when pg_input_is_valid(landed.document ->> 'units', 'integer') then (landed.document ->> 'units')::float8
        else 0
    end as units
from raw.wms_receipts as landed
inner join raw.landing_files as files on landed.landing_file_id = files.landing_file_id
where
    landed.landing_file_id > %(after_landing_file_id)s
    and not exists (
        select 1 from raw.wms_receipts as newer
        where newer.record_key = landed.record_key and newer.landing_file_id > landed.landing_file_id
    )
