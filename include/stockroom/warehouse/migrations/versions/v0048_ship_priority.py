"""Keep the order in which planners want locations to help out."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
