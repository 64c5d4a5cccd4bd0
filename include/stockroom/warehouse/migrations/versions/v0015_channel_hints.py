"""Remember what channels said by themselves: where to look next."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
