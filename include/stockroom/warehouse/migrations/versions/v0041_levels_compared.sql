alter table ops.stock_levels
add column compared_file_id bigint,
add column told_units integer,
add column told_at timestamptz,
add column sold_units integer,
add column differing_units integer;

create index stock_levels_to_compare on ops.stock_levels (source, location_id)
where compared_file_id is distinct from landing_file_id;
create index stock_levels_differing on ops.stock_levels (source, listing_id)
where differing_units != 0;

comment on column ops.stock_levels.compared_file_id is
'The landing file of the level that was last held against what we made the channel show; null: none was yet.';
comment on column ops.stock_levels.told_units is
'What the listing showed when we last wrote to it or found it right before the level was read, by its read-back.'
' Null where that says nothing of it: it was never told, or a write before it is in doubt.';
comment on column ops.stock_levels.told_at is 'When it showed that, by the channel''s clock.';
comment on column ops.stock_levels.sold_units is
'Most that the channel itself can have sold of the listing in between, as far as its orders say.';
comment on column ops.stock_levels.differing_units is
'By how much the level is above (or, below 0, under) all that those sales and what was given back allow. 0: it agrees.'
' Null: nothing to compare. In what the listing holds, as all figures here.';
