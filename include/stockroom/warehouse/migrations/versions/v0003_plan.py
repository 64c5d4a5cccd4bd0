"""Frozen inputs, decisions and excess, by plan date."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
