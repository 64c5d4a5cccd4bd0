"""Say once of what SKUs a listing was at a moment."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
