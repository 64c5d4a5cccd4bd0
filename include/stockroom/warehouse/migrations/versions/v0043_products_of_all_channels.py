"""Let shoppers wait for products of every channel that has pages of its own."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
