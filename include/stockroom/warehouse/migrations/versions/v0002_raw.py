"""Landed files, rejected records and one partitioned table per stream."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
