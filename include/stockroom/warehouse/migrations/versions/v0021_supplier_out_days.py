"""Freeze until when suppliers are out of an item."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
