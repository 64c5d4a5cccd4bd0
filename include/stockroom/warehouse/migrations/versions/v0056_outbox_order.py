"""Let messages of one moment leave in the order in which they were put into the outbox."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
