alter table ops.stock_locations add column ship_priority integer;

comment on column ops.stock_locations.ship_priority is
'The order in which planners let locations ship what another lacks, 1 first; null: after those that have one.';
