-- What a supplier refused does not come, unless it was sent after all.
create function ops.units_open(ordered integer, rejected integer, shipped integer, received bigint)
returns integer
language sql
immutable
return greatest(greatest(ordered - coalesce(rejected, 0), coalesce(shipped, 0)) - coalesce(received, 0), 0);

comment on function ops.units_open is
'Units of an order line that are still to come, by what its supplier said and what was booked in; null: none yet.';

grant execute on function ops.units_open to stockroom_app;
