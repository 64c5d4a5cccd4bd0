"""What spending limits left out of orders."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
