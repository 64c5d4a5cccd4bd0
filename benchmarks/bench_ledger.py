"""What the ledger of stock costs: a million events from nothing, the next ten thousand, and a day as history grows.

10,000 SKUs at three places, each counted by another source: a channel's levels, counts, and the ledger alone. Sales,
what was sent, cancelled and received land as records, of which the views that dbt makes hold what lies behind the
cursor; here they are tables of flattened records, so that the ledger alone is measured. At the end every position is
held against a plain sum over all events.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import psycopg
from scratch import scratch_warehouse

from stockroom.warehouse import connect
from stockroom.warehouse.stock_ledger import take_in

VIEWS = """
create table intermediate.landed (
    source text, document_key text, said_at timestamptz, landing_file_id bigint, landing_line_number integer,
    channel_id text, line_key text, kind text, sku text, location_id text, on_hand_change integer,
    committed_change integer, counted_units integer, occurred_at timestamptz,
    damaged_change integer not null default 0);
create index on intermediate.landed (landing_file_id);
create view intermediate.int_stock_events_untaken as
select * from intermediate.landed
where landing_file_id > (
    select coalesce(max(landing_file_id), 0) from ops.stock_cursors where source = 'toy' and stream = 'orders'
);
create view intermediate.int_stock_levels_untaken as
select 'shopify' as source, 'SKU' || number as listing_id, 'LONDON' as location_id,
    (select min(landing_file_id) from raw.landing_files) as landing_file_id, 'SKU' || number as sku,
    1000 as available_units, 1000 as on_hand_units, 0 as committed_units, 0 as incoming_units, 0 as reserved_units,
    0 as damaged_units
from generate_series(0, 9999) as numbers (number);
create view intermediate.int_listing_parts as select * from ops.listing_parts;
create view intermediate.int_stock_truths as
select *, null::integer as ship_priority
from (values ('LONDON', 'shopify', true, 'shopify'), ('LEEDS', 'count', false, ''),
    ('STORE', 'ledger', false, '')) as truths (location_id, source_of_truth, is_running, sources_in_level)
"""
LAND = """
insert into intermediate.landed
select 'toy', case kind when 'receipt' then 'receipt/' when 'count' then 'count/' else 'order/' end || number,
    moment, %(file)s, number - %(first)s, 'toy', 'line/', kind, 'SKU' || (number::bigint * 7919) %% 10000,
    (array['LONDON', 'LEEDS', 'STORE'])[1 + number %% 3],
    case kind when 'fulfilment' then -units when 'receipt' then units else 0 end,
    case kind when 'sale' then units when 'cancellation' then -1 when 'fulfilment' then -units else 0 end,
    case kind when 'count' then 500 end, moment
from generate_series(%(first)s, %(last)s - 1) as numbers (number)
cross join lateral (select
    1 + number %% 4 as units, timestamptz '2011-01-01 00:00+00' + number * interval '20 seconds' as ordered_at
) as drawn
cross join lateral (values
    ('sale', ordered_at), ('fulfilment', ordered_at + interval '1 day'),
    (case when number %% 25 = 0 then 'count' when number %% 5 = 0 then 'receipt' end, ordered_at)
) as told (kind, moment)
where kind is not null
"""
DIFFERING = """
with newest as (
    select distinct on (sku, location_id) sku, location_id, occurred_at, counted_units from ops.stock_events
    where kind = 'count' order by sku, location_id, occurred_at desc, document_key desc
),
sums as (
    select e.sku, e.location_id, sum(e.committed_change) as committed, coalesce(max(n.counted_units), 0) as counted,
        coalesce(sum(e.on_hand_change) filter (where n.sku is null or e.occurred_at > n.occurred_at), 0) as on_hand
    from ops.stock_events as e left join newest as n on e.sku = n.sku and e.location_id = n.location_id group by 1, 2
)
select count(*) from ops.stock_positions as p left join sums as s on p.sku = s.sku and p.location_id = s.location_id
where p.available_units
    != case when p.location_id = 'LONDON' then 1000 else s.counted + s.on_hand - greatest(s.committed, 0) end
"""
DAY = 10_000


def main() -> None:
    """Measure, compare, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    given = parser.parse_args()
    with scratch_warehouse() as (server, _), connect(server.warehouse_url()) as connection:
        connection.autocommit = True
        measure(connection, given.events)


def measure(connection: psycopg.Connection, events: int) -> None:
    """Take in all of a history, then a day each time that it has doubled."""
    connection.execute(VIEWS)
    _file(connection, "shopify", "inventory_levels")
    orders = 0
    for share in (1.0, 1.0):
        landed = int(share * events / 2.2)
        seconds, worked, entries = _take_in(connection, orders, orders + landed)
        orders += landed
        print(f"{entries:,} events at once: {seconds:.1f} s, of these {worked:.1f} s of one processor", flush=True)
        for _ in range(3):
            seconds, worked, entries = _take_in(connection, orders, orders + int(DAY / 2.2))
            orders += int(DAY / 2.2)
            print(f"  the next {entries:,}: {seconds:.2f} s, of these {worked:.2f} s of one processor", flush=True)
    row = connection.execute(DIFFERING).fetchone()
    held = connection.execute("select count(*) from ops.stock_positions").fetchone()
    print(f"{held[0] if held else 0:,} positions, {row[0] if row else 0:,} differ from a plain sum")


def _take_in(connection: psycopg.Connection, first: int, last: int) -> tuple[float, float, int]:
    file = _file(connection, "toy", "orders")
    connection.execute(LAND, {"file": file, "first": first, "last": last})
    connection.execute("analyze intermediate.landed")
    began, worked = time.perf_counter(), _worked(connection)
    with connection.transaction():
        taken = take_in(connection, ["toy"])
    return time.perf_counter() - began, _worked(connection) - worked, taken.entries


def _worked(connection: psycopg.Connection) -> float:
    """Return the seconds of processor that the server spent on this connection: on a busy machine they say more."""
    process = connection.info.backend_pid
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _file(connection: psycopg.Connection, source: str, stream: str) -> int:
    row = connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
        values (%s, %s, gen_random_uuid()::text, 1, 'x', now()) returning landing_file_id
        """,
        (source, stream),
    ).fetchone()
    if row is None:
        raise RuntimeError("an insert that returns its id returned none")
    return int(row[0])


if __name__ == "__main__":
    main()
