"""Which SKUs are live, and which are only watched."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
