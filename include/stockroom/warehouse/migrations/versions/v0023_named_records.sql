alter table ops.channel_hints add column record text not null default '' check (length(record) <= 200);
alter table ops.channel_hints add column asked_at timestamptz;

comment on column ops.channel_hints.record is
'What it is about, as stream/key, at a channel whose search may be asked too seldom to find it soon; else empty.';
comment on column ops.channel_hints.asked_at is 'When the channel was asked for that record.';
