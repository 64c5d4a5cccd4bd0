-- Of the records that landed, the newest version of each that is newer than what the ledger knows of it.
with newest as (
    select distinct on (source, document_key)
        source,
        document_key,
        landing_file_id,
        landing_line_number,
        coalesce(said_at, '-infinity') as said_at
    from stock_taken
    order by
        source asc,
        document_key asc,
        said_at desc nulls last,
        landing_file_id desc,
        landing_line_number desc
),

fresh as (
    insert into ops.stock_documents as known (source, document_key, said_at, landing_file_id, landing_line_number)
    select
        source,
        document_key,
        said_at,
        landing_file_id,
        landing_line_number
    from newest
    on conflict (source, document_key) do update
        set
            said_at = excluded.said_at,
            landing_file_id = excluded.landing_file_id,
            landing_line_number = excluded.landing_line_number
        where
        (excluded.said_at, excluded.landing_file_id, excluded.landing_line_number)
        > (known.said_at, known.landing_file_id, known.landing_line_number)
        or known.source = any(%(again)s)
        and (excluded.said_at, excluded.landing_file_id, excluded.landing_line_number)
        = (known.said_at, known.landing_file_id, known.landing_line_number)
    returning source, document_key, landing_file_id, landing_line_number
)

insert into stock_fresh (source, document_key, landing_file_id, landing_line_number)
select
    source,
    document_key,
    landing_file_id,
    landing_line_number
from fresh
