"""Channels' slow limits, kept for all processes: token buckets that store one number each (GCRA)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from stockroom.warehouse.connection import connect


class BucketRow(NamedTuple):
    """A limit that answers stated."""

    operation: str
    requests: int
    seconds: float
    burst: int | None


@dataclass(frozen=True)
class SharedBuckets:
    """The buckets of ``ops.channel_limits``, by the database's own clock."""

    connection: psycopg.Connection
    """In autocommit: what was taken is taken, whatever becomes of the request."""

    def take(self, channel_id: str, operation: str, *, interval: float, burst: int, cost: int) -> float:
        """Take ``cost`` and return 0, or return the seconds after which to ask again.

        Args:
            channel_id: such as ``ebay``.
            operation: what is limited.
            interval: the seconds in which one request comes back.
            burst: how many may be taken at once.
            cost: how many to take.
        """
        given = {
            "channel_id": channel_id,
            "operation": operation,
            "cost": cost * interval,
            "room": burst * interval,
        }
        if self.connection.execute(_TAKE, given).fetchone() is not None:
            return 0.0
        row = self.connection.execute(_WAIT, given).fetchone()
        return max(float(row[0]), _SHORTEST_WAIT) if row else _SHORTEST_WAIT

    def hold(self, channel_id: str, operation: str, *, interval: float, burst: int, seconds: float) -> None:
        """Empty a bucket until one request comes back in ``seconds``."""
        given = {"channel_id": channel_id, "operation": operation, "full": seconds + (burst - 1) * interval}
        self.connection.execute(_HOLD, given)

    def learn(self, channel_id: str, row: BucketRow) -> None:
        """Keep what an answer states of an operation's limit."""
        self.connection.execute(
            """
            insert into ops.channel_limits (channel_id, request_kind, requests, seconds, burst)
            values (%s, %s, %s, %s, %s)
            on conflict (channel_id, request_kind) do update
            set requests = excluded.requests, seconds = excluded.seconds, burst = excluded.burst
            """,
            (channel_id, *row),
        )

    def learned(self, channel_id: str) -> list[BucketRow]:
        """Return what answers stated of a channel's limits."""
        rows = self.connection.execute(
            "select request_kind, requests, seconds, burst from ops.channel_limits "
            "where channel_id = %s and requests is not null",
            (channel_id,),
        )
        return [BucketRow(*row) for row in rows]


@contextmanager
def open_buckets(url: str) -> Iterator[SharedBuckets]:
    """Open the buckets over a connection of their own."""
    with connect(url) as connection:
        connection.autocommit = True
        yield SharedBuckets(connection)


_SHORTEST_WAIT = 0.01
# A bucket is full again at taken_until: whatever was taken has come back by then.
_TAKE = """
insert into ops.channel_limits as kept (channel_id, request_kind, taken_until)
values (%(channel_id)s, %(operation)s, clock_timestamp() + make_interval(secs => %(cost)s))
on conflict (channel_id, request_kind) do update
set taken_until = greatest(kept.taken_until, clock_timestamp()) + make_interval(secs => %(cost)s)
where
    greatest(kept.taken_until, clock_timestamp()) + make_interval(secs => %(cost)s)
    <= clock_timestamp() + make_interval(secs => %(room)s)
returning 1
"""
_WAIT = """
select extract(epoch from taken_until - clock_timestamp())::float8 + %(cost)s::float8 - %(room)s::float8
from ops.channel_limits
where channel_id = %(channel_id)s and request_kind = %(operation)s
"""
_HOLD = """
insert into ops.channel_limits as kept (channel_id, request_kind, taken_until)
values (%(channel_id)s, %(operation)s, clock_timestamp() + make_interval(secs => %(full)s))
on conflict (channel_id, request_kind) do update
set taken_until = greatest(kept.taken_until, clock_timestamp() + make_interval(secs => %(full)s))
"""
