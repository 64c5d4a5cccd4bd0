create table ops.maintenance_runs (
    maintenance_run_id bigint generated always as identity primary key,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    partitions_made integer not null default 0,
    partitions_thinned integer not null default 0,
    partitions_dropped integer not null default 0,
    raw_rows_dropped bigint not null default 0,
    plan_rows_dropped bigint not null default 0,
    ops_rows_dropped bigint not null default 0,
    addresses_erased bigint not null default 0,
    said text not null default ''
);

comment on table ops.maintenance_runs is
'One row per run of the maintenance; each part of it notes what it did in its own transaction.';
comment on column ops.maintenance_runs.ended_at is 'Null while it runs, and for one that was cut off.';
comment on column ops.maintenance_runs.partitions_made is 'Months of raw tables made ahead.';
comment on column ops.maintenance_runs.partitions_thinned is
'Old months of raw tables of which only the rows were kept that a build still reads.';
comment on column ops.maintenance_runs.partitions_dropped is 'Old months of raw tables that no build reads any more.';
comment on column ops.maintenance_runs.raw_rows_dropped is
'Superseded versions in raw, and files that brought nothing; landing still holds them.';
comment on column ops.maintenance_runs.plan_rows_dropped is 'Of plans older than they are kept.';
comment on column ops.maintenance_runs.ops_rows_dropped is 'Of logs older than they are kept.';
comment on column ops.maintenance_runs.addresses_erased is
'Lines of waiting lists and messages in the outbox folder that held an address nobody keeps any more.';
comment on column ops.maintenance_runs.said is 'What was done, in words.';

alter table raw.landing_files
add column missing_since timestamptz,
add column gone_at timestamptz;

comment on column raw.landing_files.missing_since is
'When a file of the planners was first found to be missing from their folder; null while it is there.';
comment on column raw.landing_files.gone_at is
'When it was found missing a second time: what it says holds no longer. Null again once it is back.';
