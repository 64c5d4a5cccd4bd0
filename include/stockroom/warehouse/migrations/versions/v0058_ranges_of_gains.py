"""Say of an overstock action's gain what its range is."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
