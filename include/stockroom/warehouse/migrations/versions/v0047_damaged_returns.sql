alter table ops.stock_snapshots add column damaged_since integer not null default 0;

comment on column ops.stock_snapshots.damaged_since is
'Of damaged_change, what occurred after counts_from.';
comment on column ops.stock_events.damaged_change is
'Units that came to lie there unfit for sale, such as returns that the channel did not put back into stock; they are in'
' on_hand_change too.';
