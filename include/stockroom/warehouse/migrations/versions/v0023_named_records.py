"""Let a hint name the record that it is about."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
