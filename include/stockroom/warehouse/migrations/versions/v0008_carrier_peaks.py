"""When carriers are slow: a file that planners keep."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
