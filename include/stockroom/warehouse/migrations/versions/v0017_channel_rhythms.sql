create table ops.channel_hours (
    channel_id text not null,
    hour_of_week integer not null check (hour_of_week between 0 and 167),
    orders_per_hour double precision not null,
    primary key (channel_id, hour_of_week)
);

comment on table ops.channel_hours is 'One row per channel and hour of the week: how many orders it usually brings.';
comment on column ops.channel_hours.hour_of_week is 'From 0, Monday at midnight in the store''s time zone, to 167.';
comment on column ops.channel_hours.orders_per_hour is 'Mean of the last eight weeks, hours without orders counted.';

create table ops.channel_rhythms (
    channel_id text primary key,
    learned_at timestamptz not null,
    gaps bigint not null,
    usual_gap_orders double precision,
    excess_orders double precision,
    last_order_at timestamptz,
    seen_landing_file_id bigint not null
);

comment on table ops.channel_rhythms is
'One row per channel: how long it usually lets us wait for an order, and when its last one was.';
comment on column ops.channel_rhythms.gaps is 'Between two orders each, in the last eight weeks.';
comment on column ops.channel_rhythms.usual_gap_orders is
'95 of 100 gaps are no longer. A gap is measured in orders that its hours usually bring, so that a night is none.';
comment on column ops.channel_rhythms.excess_orders is 'How much longer the other five are, on average.';
comment on column ops.channel_rhythms.last_order_at is 'When its newest order that we know of was placed.';
comment on column ops.channel_rhythms.seen_landing_file_id is 'Orders of landing files up to this one were looked at.';
