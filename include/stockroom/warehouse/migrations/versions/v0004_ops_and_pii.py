"""Purchase orders, outbox, restock requests, exceptions; contact data apart."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
