"""Forecasts keep their spread, so that later days can be held against them."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
