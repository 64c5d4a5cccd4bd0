create table ops.likely_back (
    sku text not null,
    location_id text not null,
    first_date date not null,
    last_date date not null,
    withheld text,
    as_of_date date not null,
    written_at timestamptz not null default now(),
    primary key (sku, location_id)
);

comment on table ops.likely_back is
'One row per SKU and location that a released order is on its way to: between which days the first of its goods come in'
' four of five cases. Written anew by each watch of supply; never of an order that has not left.';
comment on column ops.likely_back.withheld is 'Why it is shown to no shopper; null: it may be shown.';
comment on column ops.likely_back.as_of_date is 'The store''s day on which it was reckoned.';

create table ops.likely_back_coverage (
    supplier_id text primary key,
    arrivals integer not null,
    looks integer not null,
    held integer not null,
    as_of_date date not null
);

comment on table ops.likely_back_coverage is
'One row per supplier, and * of all: how often past arrivals lay within what would have been said of them.';
comment on column ops.likely_back_coverage.arrivals is 'Shipments, each counted once.';
comment on column ops.likely_back_coverage.looks is
'Intervals, one every fortnight that a shipment was under way in the past half year.';
comment on column ops.likely_back_coverage.held is 'Intervals that held: four of five should.';

grant select, insert, update, delete on ops.likely_back, ops.likely_back_coverage to stockroom_app;
