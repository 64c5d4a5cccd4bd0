"""Availability on its way to channels: what should be shown, whether that can be believed, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

import orjson
import psycopg

from stockroom.warehouse.built import are_built


class Target(NamedTuple):
    """What one listing should show."""

    listing_id: str
    place_id: str
    sku: str
    location_id: str
    units: int
    shown_when_counted: int | None
    based_on_landing_file_id: int


class PushRow(NamedTuple):
    """One listing of a round, as it is kept."""

    listing_id: str
    place_id: str
    sku: str
    location_id: str
    units_wanted: int
    units_before: int | None
    units_after: int | None
    outcome: str
    said: str
    read_at: datetime | None
    written_at: datetime | None
    verified_at: datetime | None
    known_at: datetime | None
    """When we came to know of what made it another figure."""


def is_built(connection: psycopg.Connection) -> bool:
    """Return whether dbt has ever said what can be sold."""
    return are_built(connection, "intermediate.int_listing_availability")


def keep_the_order_of_views(connection: psycopg.Connection) -> None:
    """Let this connection's queries join what views name in the order in which they are written, by hashes.

    The planner takes every list in a document for a hundred rows and what is filtered for a handful; by such guesses it
    compared every listing with every level, and turned a quarter of a second into eight. Each of these queries reads
    its views whole, for which a hash is right. Compiling what it plans costs more than running it.
    """
    connection.execute(
        """
        set from_collapse_limit = 1;
        set join_collapse_limit = 1;
        set enable_nestloop = off;
        set jit = off
        """
    )


def read_targets(connection: psycopg.Connection, channel_id: str, *, everything: bool = False) -> list[Target]:
    """Return the listings that do not show what they should, as far as is known; all of them with ``everything``."""
    query = files(__package__).joinpath("pushes_targets.sql").read_text("utf-8")
    rows = connection.execute(query, {"channel": channel_id, "everything": everything})
    return [Target(*row) for row in rows]


def read_known(
    connection: psycopg.Connection, channel_id: str, targets: Sequence[Target]
) -> dict[tuple[str, str], datetime]:
    """Return, by listing and place, when we came to know of what makes a figure another one than the last right one.

    A figure that changes for another reason (planners, a buffer sized anew), or for the first time, is left out.
    """
    query = files(__package__).joinpath("pushes_known.sql").read_text("utf-8")
    given = {
        "channel": channel_id,
        "listings": [target.listing_id for target in targets],
        "places": [target.place_id for target in targets],
        "skus": [target.sku for target in targets],
        "locations": [target.location_id for target in targets],
    }
    with connection.transaction():  # a few listings among all that was ever written: by the index, one by one
        connection.execute("set local enable_nestloop = on")
        return {(listing, place): known_at for listing, place, known_at in connection.execute(query, given)}


def count_listings(connection: psycopg.Connection, channel_id: str) -> int:
    """Return how many listings of a channel a figure is known for, and may be told: those of live SKUs."""
    row = connection.execute(
        """
        select count(*) from intermediate.int_listing_availability as shown
        left join ops.cohort_skus as switched on shown.sku = switched.sku
        where
            shown.channel_id = %s
            and coalesce(switched.is_live, (select is_all from ops.cohort_in_force), true)
        """,
        (channel_id,),
    ).fetchone()
    return int(row[0]) if row else 0


def reasons_for_doubt(
    connection: psycopg.Connection, *, snapshots: Sequence[str], now: datetime, stale_minutes: int
) -> list[str]:
    """Return why what is known of stock and sales cannot be believed right now; none is the usual answer.

    Args:
        connection: to the warehouse.
        snapshots: streams that state everything there is, as ``source/stream``: an empty one is no news but a fault.
        now: the warehouse's clock.
        stale_minutes: how old the last extract of a connected channel may be.
    """
    query = files(__package__).joinpath("pushes_trust.sql").read_text("utf-8")
    given = {"snapshots": list(snapshots), "now": now, "stale_minutes": stale_minutes}
    return [str(reason) for (reason,) in connection.execute(query, given)]


def open_round(
    connection: psycopg.Connection,
    channel_id: str,
    *,
    state: str,
    started_at: datetime,
    based_on_landing_file_id: int | None,
    listings: int,
    said: str = "",
    allowed_by: str | None = None,
) -> int:
    """Write down that a round began, or that it is held, and return its id; the caller commits.

    It began before positions were read: one that changed later is not known to it, while it looks at the channel too.
    """
    row = connection.execute(
        """
        insert into ops.push_runs
            (channel_id, state, started_at, based_on_landing_file_id, listings, said, allowed_by, ended_at)
        values (%(channel_id)s, %(state)s, %(started_at)s, %(based_on)s, %(listings)s, %(said)s, %(allowed_by)s,
            case when %(state)s = 'held' then clock_timestamp() end)
        returning push_run_id
        """,
        {
            "channel_id": channel_id,
            "state": state,
            "started_at": started_at,
            "based_on": based_on_landing_file_id,
            "listings": listings,
            "said": said,
            "allowed_by": allowed_by,
        },
    ).fetchone()
    if row is None:
        raise RuntimeError("an insert that returns its id returned none")
    return int(row[0])


def close_round(connection: psycopg.Connection, push_run_id: int, *, state: str, said: str) -> None:
    """Write down how a round ended; the caller commits."""
    connection.execute(
        """
        update ops.push_runs set state = %s, said = left(%s, 2000), ended_at = clock_timestamp()
        where push_run_id = %s
        """,
        (state, said, push_run_id),
    )


def write_rows(connection: psycopg.Connection, push_run_id: int, channel_id: str, rows: Sequence[PushRow]) -> None:
    """Keep what is to be written, or what became of it: a listing has one row in a round; the caller commits."""
    query = files(__package__).joinpath("pushes_keep.sql").read_text("utf-8")
    given = orjson.dumps([row._asdict() for row in rows]).decode()
    connection.execute(query, {"rows": given, "push_run_id": push_run_id, "channel_id": channel_id})
