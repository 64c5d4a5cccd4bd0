"""Orders between our own locations."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
