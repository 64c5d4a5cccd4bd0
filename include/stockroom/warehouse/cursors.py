"""How far each stream has been read."""

from __future__ import annotations

from datetime import datetime

import psycopg

from stockroom.streams import Stream


def window_start(connection: psycopg.Connection, source: str, stream: str) -> datetime | None:
    """Return where the next extract of a stream starts: the end of its newest loaded window, ``None`` before the first.

    There is no cursor beside the loaded files, so none can be ahead of its rows or behind them.
    """
    row = connection.execute(
        "select max(window_end) from raw.landing_files where source = %s and stream = %s", (source, stream)
    ).fetchone()
    return row[0] if row else None


def is_unchanged(connection: psycopg.Connection, stream: Stream, *, file_name: str, sha256: str) -> bool:
    """Return whether the newest loaded file of this name holds the same bytes: landing it again says nothing."""
    row = connection.execute(
        """
        select sha256 from raw.landing_files
        where source = %s and stream = %s and file_name = %s
        order by landing_file_id desc limit 1
        """,
        (stream.source, stream.name, file_name),
    ).fetchone()
    return row is not None and row[0] == sha256


def is_same_version(connection: psycopg.Connection, stream: Stream, *, file_name: str, version: str) -> bool:
    """Return whether a file of a drop is the version that was looked into last: fetching it again says nothing."""
    return known_version(connection, stream, file_name=file_name) == version


def known_version(connection: psycopg.Connection, stream: Stream, *, file_name: str) -> str:
    """Return which version of a file was looked into last; empty: none, or nothing was said of it."""
    row = connection.execute(
        "select version from ops.dropped_files where source = %s and stream = %s and file_name = %s",
        (stream.source, stream.name, file_name),
    ).fetchone()
    return str(row[0]) if row else ""


def keep_version(connection: psycopg.Connection, stream: Stream, *, file_name: str, version: str) -> None:
    """Write down which version of a dropped file was looked into; the caller commits, after its rows."""
    connection.execute(
        """
        insert into ops.dropped_files (source, stream, file_name, version) values (%s, %s, %s, %s)
        on conflict (source, stream, file_name) do update set version = excluded.version, seen_at = now()
        """,
        (stream.source, stream.name, file_name, version),
    )
