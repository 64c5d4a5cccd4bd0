"""How long a channel has been silent, against how long it usually is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

import psycopg
from psycopg import sql

from stockroom.warehouse.built import are_built

WEEKS = 8
LEARNED_FOR_HOURS = 24


class Silence(NamedTuple):
    """What is known of a channel's gaps, and of the one it is in."""

    gaps: int
    """So many were learned from."""
    last_order_at: datetime
    reached_at: datetime
    """Up to here its orders were read, by its own clock."""
    usual_gap_orders: float
    """95 of 100 gaps are no longer; a gap is measured in orders that its hours usually bring: its mean is about 1."""
    excess_orders: float
    """How much longer the other five are, on average."""
    missing_orders: float
    """The hours since its last order usually bring so many."""


def can_be_learned(connection: psycopg.Connection, channel_id: str) -> bool:
    """Return whether dbt has built what orders are read from."""
    return are_built(connection, "marts.fct_order_lines", f"staging.stg_{channel_id}__orders")


def learn_rhythm(connection: psycopg.Connection, channel_id: str, *, time_zone: str) -> None:
    """Learn how often a channel sells, unless that was done within a day; the caller commits."""
    row = connection.execute(
        """
        select learned_at > clock_timestamp() - make_interval(hours => %s) from ops.channel_rhythms
        where channel_id = %s
        """,
        (LEARNED_FOR_HOURS, channel_id),
    ).fetchone()
    if row and row[0]:
        return
    connection.execute(_query("silence_learn.sql"), {"channel": channel_id, "weeks": WEEKS, "time_zone": time_zone})


def note_newest_order(connection: psycopg.Connection, channel_id: str) -> None:
    """Write down when the newest order among those that landed since the last look was placed; the caller commits."""
    connection.execute(
        sql.SQL(
            """
            with landed as (
                select max(orders.ordered_at) as ordered_at, max(orders.landing_file_id) as landing_file_id
                from staging.{} as orders
                where orders.landing_file_id
                    > (select seen_landing_file_id from ops.channel_rhythms where channel_id = %(channel)s)
            )

            update ops.channel_rhythms set
                last_order_at = greatest(last_order_at, landed.ordered_at),
                seen_landing_file_id = landed.landing_file_id
            from landed
            where channel_id = %(channel)s and landed.landing_file_id is not null
            """
        ).format(sql.Identifier(f"stg_{channel_id}__orders")),
        {"channel": channel_id},
    )


def measure_silence(
    connection: psycopg.Connection, channel_id: str, streams: Sequence[str], *, time_zone: str
) -> Silence | None:
    """Return how silent a channel is, by the windows of ``streams``; none if nothing is known of it yet."""
    given = {"channel": channel_id, "streams": list(streams), "time_zone": time_zone}
    row = connection.execute(_query("silence_measure.sql"), given).fetchone()
    return Silence(*row) if row else None


def _query(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
