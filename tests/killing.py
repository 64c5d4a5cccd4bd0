"""What a killed process leaves at the server, which sees only after a moment that it is gone."""

from __future__ import annotations

import time

import psycopg

SECONDS = 30


def wait_for_the_killed(connection: psycopg.Connection) -> None:
    """Wait until nobody else has a transaction open: until then the rows of a killed process are still claimed."""
    until = time.monotonic() + SECONDS
    while connection.execute(
        "select 1 from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null"
    ).fetchall():
        connection.rollback()  # or the view would stay as it is
        assert time.monotonic() < until, "a killed process still holds its rows"
        time.sleep(0.01)
    connection.rollback()
