"""Where order lines ship from, of which the channel names no place."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
