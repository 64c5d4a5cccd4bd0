"""What wants a person: the open rows of ``ops.exceptions``."""

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


def list_open_exceptions(connection: psycopg.Connection, *, kind: str | None = None) -> list[OpenException]:
    """Return what nobody has mended yet, by kind and oldest first; only one kind, if given."""
    rows = connection.execute(
        """
        select kind, subject, detail, mend, raised_at
        from ops.exceptions
        where resolved_at is null and (%(kind)s::text is null or kind = %(kind)s)
        order by kind, raised_at, subject
        """,
        {"kind": kind},
    )
    return [OpenException(*row) for row in rows]
