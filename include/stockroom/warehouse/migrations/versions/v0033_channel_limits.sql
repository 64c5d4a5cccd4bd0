create table ops.channel_limits (
    channel_id text not null,
    request_kind text not null,
    taken_until timestamptz,
    requests bigint check (requests > 0),
    seconds double precision check (seconds >= 1),
    burst bigint check (burst > 0),
    primary key (channel_id, request_kind),
    check ((requests is null) = (seconds is null))
);

comment on table ops.channel_limits is
'One row per channel and kind of request: what all processes together took of its quota, as a bucket that fills again.';
comment on column ops.channel_limits.request_kind is 'What the channel counts together, in its own words.';
comment on column ops.channel_limits.taken_until is
'When all that was taken has come back; null before anything was. The farther ahead, the less is left.';
comment on column ops.channel_limits.requests is
'So many requests in so many seconds, as an answer of the channel stated it; null where the published limit holds.';
comment on column ops.channel_limits.seconds is 'The time in which so many requests come back.';
comment on column ops.channel_limits.burst is 'So many may be asked at once; null: all of them.';
