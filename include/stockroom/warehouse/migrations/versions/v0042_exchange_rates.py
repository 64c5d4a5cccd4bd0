"""Take in exchange rates, and keep with each order in other money the one that it was weighed by."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
