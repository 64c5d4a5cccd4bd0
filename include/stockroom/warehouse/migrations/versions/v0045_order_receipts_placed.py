"""Say once whom a supplier's 997 may answer for."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
