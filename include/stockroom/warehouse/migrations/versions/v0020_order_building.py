"""What orders are built with beside decisions: suppliers' terms and buyers' overrides."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
