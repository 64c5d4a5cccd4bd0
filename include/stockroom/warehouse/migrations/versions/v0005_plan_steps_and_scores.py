"""Plans made in steps, forecasts beside decisions, and what both came to."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
