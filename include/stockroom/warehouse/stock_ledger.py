"""The ledger of stock: every change as an event, and from the events and the last count a position."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

import psycopg

from stockroom.warehouse.built import are_built

EVENT_STREAMS = (("wms", "receipts"), ("wms", "adjustments"), ("wms", "counts"), ("suppliers", "availability"))
"""Beside the orders of every channel, whose ``stream`` is always called orders."""
LEVEL_STREAMS = (
    ("shopify", "inventory_levels"),
    ("bigcommerce", "inventory_items"),
    ("woocommerce", "products"),
    ("ebay", "inventory_items"),
    ("amazon", "fba_inventory"),
)
"""Streams that say what a channel shows at its places."""

_TABLES = """
    create temporary table if not exists stock_taken (
        source text, document_key text, said_at timestamptz, landing_file_id bigint, landing_line_number integer,
        channel_id text, line_key text, kind text, sku text, location_id text, on_hand_change integer,
        committed_change integer, damaged_change integer, counted_units integer, occurred_at timestamptz
    ) on commit delete rows;
    create temporary table if not exists stock_fresh (
        source text, document_key text, landing_file_id bigint, landing_line_number integer) on commit delete rows;
    create temporary table if not exists stock_entered (
        source text, kind text, sku text, location_id text, on_hand_change integer, committed_change integer,
        damaged_change integer, occurred_at timestamptz) on commit delete rows;
    create temporary table if not exists stock_bases (
        sku text, location_id text, source_of_truth text, is_running boolean, sources_in_level text[],
        counts_from timestamptz, since_push_run_id bigint, counted_at timestamptz, level_units integer,
        level_committed_units integer, level_reserved_units integer, level_damaged_units integer,
        landing_file_id bigint) on commit delete rows;
    create temporary table if not exists stock_recounted (sku text, location_id text) on commit delete rows
"""
_NAMES = ("stock_taken", "stock_fresh", "stock_entered", "stock_bases", "stock_recounted")
_TAKEN = (
    "source, document_key, said_at, landing_file_id, landing_line_number, channel_id, line_key, kind, sku, "
    "location_id, on_hand_change, committed_change, damaged_change, counted_units, occurred_at"
)


class Taken(NamedTuple):
    """What one look brought into the ledger."""

    entries: int = 0
    """Rows added to ``ops.stock_events``."""
    positions: int = 0
    """Positions that changed."""


def is_built(connection: psycopg.Connection) -> bool:
    """Return whether the views are there by which the ledger reads raw: dbt makes them."""
    return are_built(
        connection,
        "intermediate.int_stock_events_untaken.damaged_change",
        "intermediate.int_stock_levels_untaken",
        "intermediate.int_stock_truths.ship_priority",
        "intermediate.int_listing_parts",
    )


def take_in(connection: psycopg.Connection, channels: Iterable[str]) -> Taken:
    """Enter what landed since the last time, and settle the positions that it changes.

    Inside the caller's transaction, whose commit decides; one at a time. Taking in the same files again changes
    nothing: what is entered is the difference between what a record says and what was entered of it.
    """
    connection.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.ledger', 0))")
    watched = [*((channel, "orders") for channel in channels), *EVENT_STREAMS, *LEVEL_STREAMS]
    # Compiling these queries costs more than running them, and a whole history must not spill to disk. The planner
    # needs to know only how large the temporary tables are, so few rows are sampled: more took longer than a round may.
    connection.execute("set local jit = off; set local work_mem = '128MB'; set local default_statistics_target = 10")
    again = _read_parts(connection)
    reached = _newest_landing_file_id(connection)
    news = connection.execute(_query("stock_news.sql"), _as_arrays(watched)).fetchall()
    connection.execute(_TABLES)  # emptied by each commit, and here because several looks may share a transaction
    connection.execute("; ".join(f"delete from {table}" for table in _NAMES))  # noqa: S608  # our own names
    if any((source, stream) not in LEVEL_STREAMS for source, stream, _, _ in news):
        _read_events(connection)
        _enter(connection, again)
    if any((source, stream) in LEVEL_STREAMS for source, stream, _, _ in news):
        _read_levels(connection)
    if news:
        _move_cursors(connection, watched, reached, news)
    positions = _settle(connection)
    row = connection.execute("select count(*) from stock_entered").fetchone()
    return Taken(int(row[0]) if row else 0, positions)


def sum_up(connection: psycopg.Connection, *, through_at: datetime) -> int:
    """Let entries that occurred up to a moment leave the ledger as sums, and return how many; the caller commits.

    Positions stay as they are. What a record says of that time later, or says again, is not entered any more.
    """
    connection.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.ledger', 0))")
    row = connection.execute(_query("stock_prune.sql"), {"through_at": through_at}).fetchone()
    connection.execute(_query("stock_prune_documents.sql"), {"through_at": through_at})
    return int(row[0]) if row else 0


def read_truths(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Return each location with who says what lies there, as it is named."""
    rows = connection.execute("select location_id, source_of_truth from ops.stock_locations order by location_id")
    return [(str(location), str(named)) for location, named in rows]


def _newest_landing_file_id(connection: psycopg.Connection) -> int:
    row = connection.execute("select coalesce(max(landing_file_id), 0) from raw.landing_files").fetchone()
    return int(row[0]) if row else 0


def _read_events(connection: psycopg.Connection) -> None:
    """Read what landed through dbt's view, by hashes: the planner cannot guess what lists in documents hold."""
    connection.execute("set local enable_nestloop = off")
    connection.execute(
        f"insert into stock_taken ({_TAKEN}) select {_TAKEN} from intermediate.int_stock_events_untaken"  # noqa: S608  # as above
    )
    connection.execute("set local enable_nestloop = on")
    connection.execute("analyze stock_taken")


def _read_parts(connection: psycopg.Connection) -> list[str]:
    """Return the channels whose listings have other parts than before, by the planners: their orders are read again."""
    again = [str(channel) for (channel,) in connection.execute(_query("stock_parts.sql"))]
    connection.execute(
        "update ops.stock_cursors set landing_file_id = 0 where source = any(%s) and stream = 'orders'", (again,)
    )
    return again


def _enter(connection: psycopg.Connection, again: list[str]) -> None:
    """Enter what was read, as far as it is news; of the channels ``again`` also what was entered before."""
    connection.execute(_query("stock_documents.sql"), {"again": again})
    connection.execute("analyze stock_fresh")
    connection.execute(_query("stock_entries.sql"))
    connection.execute("analyze stock_entered")


def _read_levels(connection: psycopg.Connection) -> None:
    connection.execute(_query("stock_levels.sql"))


def _move_cursors(
    connection: psycopg.Connection, watched: list[tuple[str, str]], reached: int, news: list[tuple[object, ...]]
) -> None:
    """Note how far every stream was taken in; loads take turns, so nothing below ``reached`` comes later."""
    connection.cursor().executemany(
        """
        insert into ops.stock_cursors as known (source, stream, landing_file_id) values (%s, %s, %s)
        on conflict (source, stream) do update set
            landing_file_id = greatest(known.landing_file_id, excluded.landing_file_id)
        """,
        [(source, stream, reached) for source, stream in watched],
    )
    connection.cursor().executemany(
        """
        update ops.stock_cursors set newest_file_id = %(file)s, read_at = %(read_at)s,
            landing_file_id = greatest(landing_file_id, %(file)s)
        where source = %(source)s and stream = %(stream)s
        """,
        [{"source": row[0], "stream": row[1], "file": row[2], "read_at": row[3]} for row in news],
    )


def _settle(connection: psycopg.Connection) -> int:
    """Bring positions in line with levels, counts, entries, our own writes and who says what lies where."""
    everything = _note_locations(connection)
    given = {"everything": everything, "level_streams": [stream for _, stream in LEVEL_STREAMS]}
    connection.execute(_query("stock_bases.sql"), given)
    connection.execute("analyze stock_bases")
    connection.execute(_query("stock_gone.sql"))
    connection.execute(_query("stock_own_writes.sql"))
    recounted = connection.execute(_query("stock_recount.sql"), {"everything": everything}).rowcount
    return recounted + connection.execute(_query("stock_settle.sql")).rowcount


def _note_locations(connection: psycopg.Connection) -> bool:
    """Note who says what lies where, and return whether that changed for a location that has positions."""
    return connection.execute(_query("stock_locations.sql")).rowcount > 0


def _as_arrays(watched: list[tuple[str, str]]) -> dict[str, list[str]]:
    return {"sources": [source for source, _ in watched], "streams": [stream for _, stream in watched]}


def _query(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
