"""Take every purchase order from state to state along known moves, each of them an event."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
