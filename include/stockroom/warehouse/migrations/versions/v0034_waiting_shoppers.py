"""Shoppers who wait raise what is ordered."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
