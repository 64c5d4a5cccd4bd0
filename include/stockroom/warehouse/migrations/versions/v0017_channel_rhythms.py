"""Learn how often each channel sells, so that its silence can be told from a quiet night."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
