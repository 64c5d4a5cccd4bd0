"""What a plan could not decide by itself: questions for a person, raised once and resolved when they are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class PlanException:
    """One question for a person."""

    key: str
    subject: str
    detail: str
    mend: str


def replace_exceptions(connection: psycopg.Connection, *, kind: str, found: Iterable[PlanException]) -> int:
    """Make the open exceptions of ``kind`` exactly those found, and return their number; the caller commits.

    One that was open already keeps its time; one that is gone is resolved, never deleted.
    """
    rows = [(item.key, item.subject, item.detail, item.mend) for item in found]
    connection.execute(
        "create temporary table found_exceptions (key text, subject text, detail text, mend text) on commit drop"
    )
    with connection.cursor() as cursor, cursor.copy("copy found_exceptions from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(
        """
        insert into ops.exceptions (exception_key, kind, subject, detail, mend)
        select key, %(kind)s, subject, detail, mend from found_exceptions
        on conflict (exception_key) do update set
            detail = excluded.detail,
            mend = excluded.mend,
            raised_at = case when ops.exceptions.resolved_at is null then ops.exceptions.raised_at else now() end,
            answer = case when ops.exceptions.resolved_at is null then ops.exceptions.answer end,
            resolved_at = null
        """,
        {"kind": kind},
    )
    connection.execute(
        """
        update ops.exceptions set resolved_at = now()
        where kind = %(kind)s and resolved_at is null
            and exception_key not in (select key from found_exceptions)
        """,
        {"kind": kind},
    )
    connection.execute("drop table found_exceptions")
    return len(rows)
