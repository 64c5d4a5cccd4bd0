"""Let sums of old entries hold what came back damaged since the last count."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
