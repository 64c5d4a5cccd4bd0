"""The maintenance's own row in ``ops``, and the right to be the only one at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

_LOCK = "stockroom.maintenance"


class MaintenanceUnderWayError(RuntimeError):
    """Another process drops old rows, or loads them again."""


@contextmanager
def only_maintenance(connection: psycopg.Connection) -> Iterator[None]:
    """Hold the right to drop old rows of raw and to load them again, until the end of the block or of the process.

    Raises:
        MaintenanceUnderWayError: another connection holds it.
    """
    row = connection.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", (_LOCK,)).fetchone()
    if row is None or not row[0]:
        raise MaintenanceUnderWayError("maintenance or a replay of landing is under way; try again when it has ended.")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (_LOCK,))


def begin_run(connection: psycopg.Connection) -> int:
    """Note that a run began and return its id; the caller commits."""
    row = connection.execute("insert into ops.maintenance_runs default values returning maintenance_run_id").fetchone()
    if row is None:
        raise RuntimeError("an insert that returns its id returned none")
    return int(row[0])


def note(connection: psycopg.Connection, run_id: int, **counts: int) -> None:
    """Add to what a run did, in the transaction that does it."""
    for column, count in counts.items():
        connection.execute(
            sql.SQL("update ops.maintenance_runs set {0} = {0} + %s where maintenance_run_id = %s").format(
                sql.Identifier(column)
            ),
            (count, run_id),
        )


def end_run(connection: psycopg.Connection, run_id: int, said: str) -> None:
    """Note that a run came to its end; the caller commits."""
    connection.execute(
        "update ops.maintenance_runs set ended_at = clock_timestamp(), said = %s where maintenance_run_id = %s",
        (said, run_id),
    )
