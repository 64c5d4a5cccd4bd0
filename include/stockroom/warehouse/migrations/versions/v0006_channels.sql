-- Makes the raw table of a stream that a channel declares: a new channel needs no migration. The loader calls it as
-- stockroom_app; what it may make is a raw table of one shape and nothing else.
create function raw.ensure_stream(table_name text, about text, is_snapshot boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if to_regclass(format('raw.%I', table_name)) is not null then
        return;
    end if;
    if table_name !~ '^[a-z][a-z0-9_]{2,40}$' then
        raise exception '% is no name of a raw table; write source and stream in lower case letters', table_name;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('raw.ensure_stream', 0));
    if to_regclass(format('raw.%I', table_name)) is not null then
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

comment on function raw.ensure_stream is 'Makes the raw table of a declared stream, if it is missing.';
grant execute on function raw.ensure_stream to stockroom_app;

create table ops.channels (
    channel_id text primary key,
    channel_name text not null,
    kind text not null,
    is_connected boolean not null,
    ship_from text,
    noted_at timestamptz not null default now()
);

comment on table ops.channels is 'One row per sales channel that has a folder, as its declaration and settings say.';
comment on column ops.channels.kind is 'online_store, marketplace or bulk_files.';
comment on column ops.channels.is_connected is 'Whether the settings hold an address or a folder for it.';
comment on column ops.channels.ship_from is
'The location that the channel''s sales leave from, where its records name none; null for channels that name one.';

create table ops.extract_runs (
    extract_run_id bigint generated always as identity primary key,
    channel_id text not null,
    succeeded boolean not null,
    records bigint not null,
    said text not null,
    ended_at timestamptz not null default clock_timestamp()
);

create index on ops.extract_runs (channel_id, extract_run_id desc);

comment on table ops.extract_runs is 'One row per extract of a channel, in order of extract_run_id.';
comment on column ops.extract_runs.succeeded is 'False if any of its streams could not be extracted.';
comment on column ops.extract_runs.records is 'Records stored; 0 is usual between two sales.';
comment on column ops.extract_runs.said is 'What it said at its end: counts, or the errors.';

create table ops.push_runs (
    push_run_id bigint generated always as identity primary key,
    channel_id text not null,
    state text not null check (state in ('pushing', 'pushed', 'held', 'failed')),
    based_on_landing_file_id bigint,
    listings integer not null,
    said text not null default '',
    allowed_by text,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);

create index on ops.push_runs (channel_id, push_run_id desc);

comment on table ops.push_runs is
'One row per round of availability that was written to a channel, or held before anything was written.';
comment on column ops.push_runs.state is
'held: it would have emptied the shop, or its figures stand on an extract that cannot be trusted; a person is asked.';
comment on column ops.push_runs.based_on_landing_file_id is
'Newest stock levels that its figures stand on: levels read later hold what it wrote, and that is taken out of them.';
comment on column ops.push_runs.listings is 'Listings of the channel that a figure is known for.';
comment on column ops.push_runs.allowed_by is 'Who let a held round pass; null where nothing held it.';

create table ops.availability_pushes (
    availability_push_id bigint generated always as identity primary key,
    push_run_id bigint not null references ops.push_runs,
    channel_id text not null,
    listing_id text not null,
    place_id text not null default '',
    sku text not null,
    location_id text,
    units_wanted integer not null,
    units_before integer,
    units_after integer,
    outcome text not null
    check (outcome in ('as_wanted', 'writing', 'verified', 'moved_since', 'changed_meanwhile', 'refused')),
    said text not null default '',
    read_at timestamptz,
    written_at timestamptz,
    verified_at timestamptz
);

create index on ops.availability_pushes (channel_id, listing_id, place_id, availability_push_id desc);
create index on ops.availability_pushes (push_run_id);

comment on table ops.availability_pushes is
'One row per listing and round: what it showed, what was written, what it shows.';
comment on column ops.availability_pushes.listing_id is 'The channel''s own id of what it sells.';
comment on column ops.availability_pushes.place_id is 'The channel''s own id of the place; empty where it knows none.';
comment on column ops.availability_pushes.location_id is 'Our name of the place the units are at.';
comment on column ops.availability_pushes.units_before is
'What the channel showed just before; null where it knows no such listing.';
comment on column ops.availability_pushes.units_after is
'What it showed when it was read back; null until then, and where nothing was written.';
comment on column ops.availability_pushes.outcome is
'as_wanted: nothing had to be written. writing: the round was killed before it was read back. moved_since: written,'
' and then sold from. changed_meanwhile: sold from before it could be written, the next round tries again.';
comment on column ops.availability_pushes.read_at is 'Start of the window in which a sale could be overwritten.';
comment on column ops.availability_pushes.written_at is
'End of that window. Where the channel compares before it sets, there is no such window.';
