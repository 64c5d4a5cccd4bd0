create table ops.channel_hints (
    channel_id text not null,
    event_id text not null,
    topic text not null,
    occurred_at timestamptz,
    heard_at timestamptz not null default clock_timestamp(),
    waits_since timestamptz,
    taken_at timestamptz,
    primary key (channel_id, event_id)
);

create index on ops.channel_hints (waits_since) where waits_since is not null;
create index on ops.channel_hints (heard_at);

comment on table ops.channel_hints is
'One row per event that a channel told of (webhook or queue), kept for days: that something happened, never what.';
comment on column ops.channel_hints.channel_id is 'Empty: a message that no channel understands; all are looked at.';
comment on column ops.channel_hints.event_id is
'The channel''s own id of the event, or the SHA-256 of what came: the same thing again is no news.';
comment on column ops.channel_hints.topic is 'The channel''s own name for what happened; empty where it gave none.';
comment on column ops.channel_hints.occurred_at is 'By what was signed; null where nothing in it is a time.';
comment on column ops.channel_hints.waits_since is
'Since when an extract should look; null while the hint is on its way through a queue, and once one looked.';
comment on column ops.channel_hints.taken_at is 'When an extract that looks was started.';
