"""Raw tables for what suppliers answer, send, charge and have."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
