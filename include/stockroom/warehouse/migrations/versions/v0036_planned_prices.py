"""Prices that planners set: a file that they keep, and what a plan knew of it."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
