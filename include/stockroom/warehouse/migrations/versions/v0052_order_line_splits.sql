create table ops.purchase_order_line_splits (
    po_number text not null,
    version integer not null,
    line_number integer not null,
    location_id text not null,
    units integer not null check (units >= 0),
    turns integer[] not null check (cardinality(turns) = units),
    wanted_units integer not null,
    position_units integer not null,
    units_per_day double precision not null,
    may_have_more boolean not null,
    way_days double precision not null,
    primary key (po_number, version, line_number, location_id),
    foreign key (po_number, version, line_number) references ops.purchase_order_lines
);

comment on table ops.purchase_order_line_splits is
'One row per location that a line of an order is bought for, the ship-to among them; their units are the line''s. A'
' line that has none is for its ship-to alone.';
comment on column ops.purchase_order_line_splits.turns is
'Which units of the line are its own, numbered from 1 in the order in which they come: of a short receipt too.';
comment on column ops.purchase_order_line_splits.wanted_units is 'What the location needed by itself on the plan date.';
comment on column ops.purchase_order_line_splits.position_units is 'Its position then.';
comment on column ops.purchase_order_line_splits.units_per_day is 'What it sells a day.';
comment on column ops.purchase_order_line_splits.may_have_more is 'May get units beyond its need.';
comment on column ops.purchase_order_line_splits.way_days is 'Days from the ship-to on; 0 at the ship-to itself.';

alter table ops.purchase_order_lines add column split_units integer not null default 0;

comment on column ops.purchase_order_lines.split_units is
'Of a transfer: units that were bought where they leave, for where they go, and are sent on by it.';
