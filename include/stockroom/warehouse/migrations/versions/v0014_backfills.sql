create table ops.backfills (
    backfill_id bigint generated always as identity primary key,
    source text not null,
    stream text not null,
    window_start timestamptz,
    window_end timestamptz not null,
    reached_at timestamptz,
    export_id text,
    export_records bigint not null default 0,
    records bigint not null default 0,
    parts integer not null default 0,
    newest_file_before bigint not null,
    started_at timestamptz not null default now(),
    noted_at timestamptz not null default now(),
    finished_at timestamptz
);
create unique index backfills_unfinished on ops.backfills (source, stream, window_start) nulls not distinct
where finished_at is null;

comment on table ops.backfills is
'One row per reading of a long history of one stream: a backfill, or a first load that comes as a file. It is updated'
' in the transaction that loads a part, so that whoever was killed goes on where the rows end.';
comment on column ops.backfills.window_start is 'Records changed from here on; null means from the beginning.';
comment on column ops.backfills.window_end is 'Records changed before this; rounds bring what changed later.';
comment on column ops.backfills.reached_at is
'Everything that changed before this is loaded; null before the first slice, and where a file of the channel is read.';
comment on column ops.backfills.export_id is 'The channel''s own file that is being read; null without one.';
comment on column ops.backfills.export_records is 'So many of its records, from the first, are loaded.';
comment on column ops.backfills.records is 'Records read over all calls, those put aside included.';
comment on column ops.backfills.parts is 'Landing files loaded.';
comment on column ops.backfills.newest_file_before is
'The newest landing file when it began: what landed later is newer than what this reads.';
comment on column ops.backfills.finished_at is 'Null while there is more to read; a call with the same start goes on.';
