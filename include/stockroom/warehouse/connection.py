"""Connect to the warehouse."""

from __future__ import annotations

import psycopg


class WarehouseError(RuntimeError):
    """The warehouse cannot be reached; the message says where and what to check, never the password."""


def connect(url: str) -> psycopg.Connection:
    """Return a connection to the warehouse at ``url``; use it with ``with``: commit at the end, roll back on error.

    Raises:
        WarehouseError: nothing answers there, or the login is refused.
    """
    try:
        return psycopg.connect(
            url,
            connect_timeout=10,
            application_name="stockroom",
            options="-c timezone=UTC",  # what SQL prints and parses must not depend on this machine
        )
    except psycopg.OperationalError as error:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        raise WarehouseError(
            f"the warehouse at {parts.get('host')}:{parts.get('port')} does not take us in: {error}. "
            "Check STOCKROOM_WAREHOUSE_URL, and that Postgres runs."
        ) from error
