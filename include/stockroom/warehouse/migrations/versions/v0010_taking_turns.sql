-- Who waited for the lock must see what the other made. to_regclass answers from this session's memory, in which the
-- table is still missing: nothing clears that at an advisory lock. A query of the catalogue itself sees it.
create or replace function raw.ensure_stream(table_name text, about text, is_snapshot boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if to_regclass(format('raw.%I', table_name)) is not null then
        return;
    end if;
    if table_name !~ '^[a-z][a-z0-9_]{2,40}$' then
        raise exception '% is no name of a raw table; write source and stream in lower case letters', table_name;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('raw.ensure_stream', 0));
    if exists (select from pg_class where relnamespace = 'raw'::regnamespace and relname = table_name) then
        return;
    end if;
    execute format($sql$
        create table raw.%1$I (
            landing_file_id bigint not null,
            line_number integer not null,
            record_key text not null,
            document jsonb not null,
            landed_at timestamptz not null,
            primary key (landing_file_id, line_number, landed_at)
        ) partition by range (landed_at)
    $sql$, table_name);
    execute format('comment on table raw.%I is %L', table_name, 'One row per landed record. ' || about);
    execute format('comment on column raw.%I.line_number is %L', table_name, 'Line of the landing file, from 1.');
    execute format(
        'comment on column raw.%I.record_key is %L', table_name,
        'The key fields of the document joined with /; several rows are versions of one record.'
    );
    if is_snapshot then  -- the load compares each document with its newest stored version
        execute format('create index on raw.%I (record_key, landing_file_id desc, line_number desc)', table_name);
    end if;
end
$$;

create or replace function raw.ensure_partition(table_name text, landed_at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    first_moment timestamptz := date_trunc('month', landed_at, 'UTC');
    partition_name text := table_name || '_' || to_char(first_moment at time zone 'UTC', 'YYYY_MM');
begin
    if to_regclass(format('raw.%I', partition_name)) is not null then
        return;
    end if;
    if not exists (
        select from pg_partitioned_table where partrelid = to_regclass(format('raw.%I', table_name))
    ) then
        raise exception 'raw.% is no partitioned table; add the stream to a migration', table_name;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('raw.ensure_partition', 0));
    if exists (select from pg_class where relnamespace = 'raw'::regnamespace and relname = partition_name) then
        return;
    end if;
    -- Documents of up to 8 kB stay uncompressed: 2.6 times the space, but staging reads them twice as fast.
    execute format(
        'create table raw.%I (like raw.%I including defaults) with (toast_tuple_target = 8160)',
        partition_name, table_name
    );
    execute format(
        'alter table raw.%I attach partition raw.%I for values from (%L) to (%L)',
        table_name, partition_name, first_moment,
        date_trunc('month', first_moment at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    );
end
$$;
