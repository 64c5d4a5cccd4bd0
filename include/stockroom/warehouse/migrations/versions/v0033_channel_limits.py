"""Keep channels' slow limits for all processes."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
