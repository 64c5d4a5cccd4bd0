"""Send each supplier its orders by its own way, and number what leaves as X12."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
