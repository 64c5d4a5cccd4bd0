"""What quality gates have said, and how far they have looked."""

from __future__ import annotations

from datetime import date

import psycopg


def newest_landing_file_id(connection: psycopg.Connection) -> int:
    """Return the id of the newest loaded landing file; 0 when nothing has landed."""
    row = connection.execute("select coalesce(max(landing_file_id), 0) from raw.landing_files").fetchone()
    return int(row[0]) if row else 0


def last_passed_landing_file_id(connection: psycopg.Connection, *, gate: str) -> int | None:
    """Return the newest landing file that ``gate`` has let through; ``None`` when it never passed."""
    row = connection.execute(
        "select max(last_landing_file_id) from ops.gate_runs where gate = %s and passed", (gate,)
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def record_gate_run(
    connection: psycopg.Connection,
    *,
    gate: str,
    as_of_date: date,
    passed: bool,
    last_landing_file_id: int,
    report_path: str,
) -> None:
    """Record a verdict in ``ops.gate_runs``; the caller commits."""
    connection.execute(
        """
        insert into ops.gate_runs (gate, as_of_date, passed, last_landing_file_id, report_path)
        values (%s, %s, %s, %s, %s)
        """,
        (gate, as_of_date, passed, last_landing_file_id, report_path),
    )
