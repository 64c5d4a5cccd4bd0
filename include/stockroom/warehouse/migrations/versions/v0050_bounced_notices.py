"""Keep which notices came back."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
