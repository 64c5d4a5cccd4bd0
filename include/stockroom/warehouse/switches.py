"""Switches that a person turns and that hold until somebody turns them back."""

from __future__ import annotations

import psycopg

NOTICES = "restock_notices"


def turn(connection: psycopg.Connection, switch: str, *, is_on: bool, who: str) -> None:
    """Turn a switch and keep who did; the caller commits."""
    connection.execute(
        """
        insert into ops.switches (switch, is_on, who) values (%s, %s, %s)
        on conflict (switch) do update set is_on = excluded.is_on, who = excluded.who, changed_at = now()
        """,
        (switch, is_on, who),
    )


def is_off(connection: psycopg.Connection, switch: str) -> bool:
    """Return whether somebody has turned it off; what nobody touched is on."""
    return (
        connection.execute("select 1 from ops.switches where switch = %s and not is_on", (switch,)).fetchone()
        is not None
    )
