"""Run the SQL file of a migration."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_sql_beside(module_file: str) -> None:
    """Execute the ``.sql`` file that has the name of the migration's module.

    It goes to the driver as it stands: several statements, and no sign in it means a parameter.
    """
    statements = Path(module_file).with_suffix(".sql").read_text(encoding="utf-8")
    driver_connection = op.get_bind().connection.driver_connection
    if driver_connection is None:
        raise RuntimeError("migrations need a live connection; offline mode is not offered")
    driver_connection.execute(statements)
