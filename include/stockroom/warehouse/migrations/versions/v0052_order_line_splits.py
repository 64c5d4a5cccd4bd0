"""Keep which units of an order's line are bought for which location."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
