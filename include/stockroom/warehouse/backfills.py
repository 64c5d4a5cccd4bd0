"""How far each reading of a long history has come: what is noted here commits with the rows that it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from stockroom.streams import Stream

COLUMNS = (
    "backfill_id, window_start, window_end, reached_at, export_id, export_records, records, parts, newest_file_before"
)


@dataclass(frozen=True)
class Backfill:
    """One stream's reading of a window, unfinished."""

    backfill_id: int
    window_start: datetime | None
    window_end: datetime
    reached_at: datetime | None
    """Everything that changed before this is loaded; none before the first slice, or where a file is read."""
    export_id: str | None
    """The channel's own file that is being read."""
    export_records: int
    """So many of its records, from the first, are loaded."""
    records: int
    """Read so far, over all calls."""
    parts: int
    newest_file_before: int
    """Whatever landed after this file was read later than what is read now."""


def unfinished_backfill(connection: psycopg.Connection, stream: Stream, start: datetime | None) -> Backfill | None:
    """Return the reading from this start that was begun and not finished."""
    with connection.cursor(row_factory=class_row(Backfill)) as cursor:
        return cursor.execute(
            f"""
            select {COLUMNS} from ops.backfills
            where source = %s and stream = %s and window_start is not distinct from %s and finished_at is null
            """,  # noqa: S608  # our own columns  # names of columns alone
            (stream.source, stream.name, start),
        ).fetchone()


def begin_backfill(
    connection: psycopg.Connection, stream: Stream, *, start: datetime | None, end: datetime
) -> Backfill:
    """Write down that a window is being read and return its row; another of the same start is given up."""
    before = unfinished_backfill(connection, stream, start)
    if before is not None:
        finish_backfill(connection, before)
    with connection.cursor(row_factory=class_row(Backfill)) as cursor:
        begun = cursor.execute(
            f"""
            insert into ops.backfills (source, stream, window_start, window_end, newest_file_before)
            values (%s, %s, %s, %s, (select coalesce(max(landing_file_id), 0) from raw.landing_files))
            returning {COLUMNS}
            """,  # noqa: S608  # our own columns
            (stream.source, stream.name, start, end),
        ).fetchone()
    if begun is None:
        raise RuntimeError("an insert that returns its row returned none")
    return begun


def note_slice(connection: psycopg.Connection, backfill: Backfill, *, reached_at: datetime, records: int) -> None:
    """Write down that everything before a moment is loaded; the caller commits."""
    connection.execute(
        """
        update ops.backfills set reached_at = %s, records = records + %s, parts = parts + 1, noted_at = now()
        where backfill_id = %s
        """,
        (reached_at, records, backfill.backfill_id),
    )


def note_part(connection: psycopg.Connection, backfill: Backfill, *, export_id: str, records: int) -> None:
    """Write down that so many more records of a file are loaded; of another file than before: so many at all.

    The caller commits.
    """
    connection.execute(
        """
        update ops.backfills set
            export_records = case when export_id = %(export_id)s then export_records else 0 end + %(records)s,
            export_id = %(export_id)s,
            records = records + %(records)s,
            parts = parts + 1,
            noted_at = now()
        where backfill_id = %(backfill_id)s
        """,
        {"export_id": export_id, "records": records, "backfill_id": backfill.backfill_id},
    )


def finish_backfill(connection: psycopg.Connection, backfill: Backfill) -> None:
    """Write down that there is no more to read; the caller commits."""
    connection.execute("update ops.backfills set finished_at = now() where backfill_id = %s", (backfill.backfill_id,))
