"""Units that were promised beyond stock: each time, its timeline, and what can be done."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
