"""Drop-ship orders as readers see them."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
