"""Keep when what is sold out is likely back, and how often that was right."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
