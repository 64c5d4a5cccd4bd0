"""Let two makers of one raw table take turns."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
