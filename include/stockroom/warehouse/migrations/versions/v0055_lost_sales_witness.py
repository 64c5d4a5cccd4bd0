"""Keep what waiting shoppers say of the estimate of lost sales, by month and category."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
