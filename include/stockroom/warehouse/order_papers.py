"""What orders' documents were made from when they left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class KeptPaper:
    """What one message about an order was made from."""

    message_key: str
    po_number: str
    version: int
    template: str
    formats: list[str]
    paper: dict[str, Any]


def find_paper(connection: psycopg.Connection, message_key: str) -> KeptPaper | None:
    """Return what a message was made from; ``None``: it was never ready."""
    return next(iter(_read(connection, "message_key = %(message_key)s", {"message_key": message_key})), None)


def keep_paper(connection: psycopg.Connection, kept: KeptPaper) -> None:
    """Keep what a message is made from, the first time; the caller commits."""
    connection.execute(
        """
        insert into ops.order_papers (message_key, po_number, version, template_name, formats, paper)
        values (%s, %s, %s, %s, %s, %s) on conflict (message_key) do nothing
        """,
        (kept.message_key, kept.po_number, kept.version, kept.template, kept.formats, json.dumps(kept.paper)),
    )


def read_papers(connection: psycopg.Connection, po_number: str, *, version: int | None) -> list[KeptPaper]:
    """Return what was kept of an order, of one version or of all, the newest last."""
    return _read(
        connection,
        "po_number = %(po_number)s and (%(version)s::integer is null or version = %(version)s)",
        {"po_number": po_number, "version": version},
    )


def _read(connection: psycopg.Connection, condition: str, parameters: dict[str, Any]) -> list[KeptPaper]:
    statement = f"""
        select message_key, po_number, version, template_name as template, formats, paper
        from ops.order_papers where {condition} order by version, kept_at, message_key
        """  # noqa: S608 -- the conditions are this module's own
    with connection.cursor(row_factory=class_row(KeptPaper)) as cursor:
        return cursor.execute(statement.encode(), parameters).fetchall()
