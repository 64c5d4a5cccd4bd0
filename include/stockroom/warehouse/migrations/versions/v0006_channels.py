"""Raw tables for any declared stream; what channels are, how their extracts ended, and what was pushed to them."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
