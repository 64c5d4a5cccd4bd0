"""Files that were taken out of a folder: what they said holds no longer (``int_files_in_force``)."""

from __future__ import annotations

from collections.abc import Collection

import psycopg

GRACE = "30 minutes"
"""So long a file may be missing: whoever replaces one may take the old away first."""


def note_gone_files(connection: psycopg.Connection, source: str, *, present: Collection[str]) -> list[str]:
    """Note which files of a folder are there, and return those that are gone for good since this call.

    A file is gone when two rounds did not find it, half an hour apart. One that is back holds again, unchanged or not.
    The caller commits, and calls only when it has seen the folder.
    """
    connection.execute(
        """
        update raw.landing_files set missing_since = null, gone_at = null
        where source = %s and file_name = any(%s) and missing_since is not null
        """,
        (source, list(present)),
    )
    gone = connection.execute(
        """
        with found as (
            update raw.landing_files set gone_at = now()
            where
                source = %s and not file_name = any(%s)
                and gone_at is null and missing_since <= now() - %s::interval
            returning file_name
        )
        select distinct file_name from found order by file_name
        """,
        (source, list(present), GRACE),
    ).fetchall()
    connection.execute(
        """
        update raw.landing_files set missing_since = now()
        where source = %s and not file_name = any(%s) and missing_since is null
        """,
        (source, list(present)),
    )
    return [row[0] for row in gone]
