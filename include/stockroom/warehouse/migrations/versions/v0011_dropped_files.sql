create table ops.dropped_files (
    source text not null,
    stream text not null,
    file_name text not null,
    version text not null,
    seen_at timestamptz not null default now(),
    primary key (source, stream, file_name)
);

comment on table ops.dropped_files is
'One row per file of a drop that is not on this machine: the version that was fetched and compared last.';
comment on column ops.dropped_files.version is
'What the drop said of it, such as its address and ETag; while it says the same, the file is not fetched again.';
comment on column ops.dropped_files.seen_at is 'When that version was fetched.';
