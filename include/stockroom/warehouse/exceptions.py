"""What wants a person: the open rows of ``ops.exceptions``; those that somebody acted on or dismissed do not."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import psycopg


class OpenException(NamedTuple):
    """One thing that wants a person."""

    kind: str
    subject: str
    detail: str
    mend: str
    raised_at: datetime
    key: str
    """What an answer to it names (``settle``)."""


def list_open_exceptions(connection: psycopg.Connection, *, kind: str | None = None) -> list[OpenException]:
    """Return what nobody has mended or answered yet, by kind, the most money first, else the oldest.

    Only one kind, if given.
    """
    rows = connection.execute(
        """
        select kind, subject, detail, mend, raised_at, exception_key
        from ops.exceptions
        where state = 'open' and (%(kind)s::text is null or kind = %(kind)s)
        order by kind, money_at_risk desc nulls last, raised_at, subject
        """,
        {"kind": kind},
    )
    return [OpenException(*row) for row in rows]


def raise_exception(
    connection: psycopg.Connection, key: str, *, kind: str, subject: str, detail: str, mend: str
) -> None:
    """Put one thing before a person; raised again it keeps its time and says what is true now. The caller commits."""
    connection.execute(
        """
        insert into ops.exceptions (exception_key, kind, subject, detail, mend)
        values (%s, %s, %s, %s, %s)
        on conflict (exception_key) do update set
            detail = excluded.detail,
            mend = excluded.mend,
            raised_at = case when ops.exceptions.resolved_at is null then ops.exceptions.raised_at else now() end,
            answer = case when ops.exceptions.resolved_at is null then ops.exceptions.answer end,
            resolved_at = null
        """,
        (key, kind, subject, detail, mend),
    )


def weigh_exception(
    connection: psycopg.Connection,
    key: str,
    *,
    sku: str,
    location_id: str,
    money_at_risk: float,
    proposal: str,
    currency: str,
) -> None:
    """Say what hangs on an exception, so that it finds its rank; the caller commits."""
    connection.execute(
        """
        update ops.exceptions set
            sku = %s, location_id = %s, money_at_risk = %s, proposal = %s, currency = %s
        where exception_key = %s
        """,
        (sku, location_id, money_at_risk, proposal, currency, key),
    )


def resolve_exception(connection: psycopg.Connection, key: str) -> None:
    """Note that one thing is mended; the caller commits."""
    connection.execute(
        "update ops.exceptions set resolved_at = now() where exception_key = %s and resolved_at is null", (key,)
    )
