"""What of a staged file is not stored, because something newer, or the very same, is there already."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from stockroom.streams import Stream


@dataclass(frozen=True)
class LeftOut:
    """Which records of a file are not stored."""

    older_than: int | None = None
    """Records that landed after this file, as ``load_landing_file`` says."""
    known: bool = False
    """Records that are the newest version stored."""


NOTHING = LeftOut()


def leave_out(connection: psycopg.Connection, stream: Stream, key: sql.Composed, left_out: LeftOut) -> None:
    """Delete from what is staged; ``key`` is the expression of a staged document's record key."""
    table = sql.Identifier("raw", stream.table)
    if left_out.older_than is not None:
        connection.execute(
            sql.SQL(_LEAVE_OUT).format(table=table, key=key),
            {"source": stream.source, "stream": stream.name, "older_than": left_out.older_than},
        )
    if left_out.known:
        connection.execute(sql.SQL(_LEAVE_KNOWN).format(table=table, key=key))


# Parts of a file carry no window: they are what is being read.
_LEAVE_OUT = """
delete from pg_temp.incoming using {table} as newer
where
    newer.record_key = {key}
    and newer.landing_file_id in (
        select files.landing_file_id from raw.landing_files as files
        where
            files.landing_file_id > %(older_than)s
            and files.source = %(source)s
            and files.stream = %(stream)s
            and files.window_end is not null
    )
"""

_LEAVE_KNOWN = """
delete from pg_temp.incoming using (
    select incoming.line_number
    from pg_temp.incoming
    cross join lateral (
        select stored.document from {table} as stored
        where stored.record_key = {key}
        order by stored.landing_file_id desc, stored.line_number desc
        limit 1
    ) as newest
    where newest.document = incoming.document
) as known
where incoming.line_number = known.line_number
"""
