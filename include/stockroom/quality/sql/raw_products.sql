-- One row per product, or variant of one, of any channel's catalogue that landed after the last passed gate.
select
    files.path,
    offered.line_number,
    offered.record_key as product_key,
    offered.unit_price::float8 as unit_price,
    offered.unit_cost::float8 as unit_cost
from pg_temp.offered
inner join raw.landing_files as files on offered.landing_file_id = files.landing_file_id
where offered.landing_file_id > %(after_landing_file_id)s
