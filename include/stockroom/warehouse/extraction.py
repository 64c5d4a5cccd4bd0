"""What an extract asks of the warehouse besides loading: its clock, and to be the only one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg


class ExtractionUnderWayError(RuntimeError):
    """Another process is extracting the same source; it, or a later try, brings what this one would have."""


@contextmanager
def only_extraction(connection: psycopg.Connection, source: str) -> Iterator[None]:
    """Hold the right to extract ``source`` until the end of the block, or of the process: a kill frees it.

    A scheduler that dies leaves its task running and starts it again elsewhere; two of them would land the same window
    twice.

    Raises:
        ExtractionUnderWayError: another connection holds it.
    """
    key = f"stockroom.extract.{source}"
    row = connection.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", (key,)).fetchone()
    if row is None or not row[0]:
        raise ExtractionUnderWayError(f"{source} is being extracted by another process; try again when it has ended.")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (key,))


def clock(connection: psycopg.Connection) -> datetime:
    """Return the warehouse's own time: one clock for all workers, and none read anywhere else."""
    row = connection.execute("select clock_timestamp()").fetchone()
    if row is None:
        raise RuntimeError("select clock_timestamp() returned no row")
    moment: datetime = row[0]
    return moment
