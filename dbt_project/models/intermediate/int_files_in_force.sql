with

landing_files as (

    select * from {{ ref('stg_raw__landing_files') }}

),

-- What a channel sends has no file that somebody edits: there, a record is gone when the channel says so. A file that
-- the planners took out of their folder says nothing any more.
files as (

    select *

    from landing_files

    where
        source in ('planners', 'suppliers')
        and gone_at is null

),

-- A version of which lines were rejected does not say what is gone: a mistyped row must not read as a removed one.
newest_whole_files as (

    select
        source,
        stream,
        file_name,
        max(landing_file_id) as landing_file_id

    from files

    where rejected_count = 0

    group by
        source,
        stream,
        file_name

),

in_force as (

    select
        files.landing_file_id,
        files.source,
        files.stream,
        files.file_name

    from files
    left join newest_whole_files
        on
            files.source = newest_whole_files.source
            and files.stream = newest_whole_files.stream
            and files.file_name = newest_whole_files.file_name

    where files.landing_file_id >= coalesce(newest_whole_files.landing_file_id, 0)

)

select * from in_force
