"""Say of an overstock action's gain that its range knows of chance, and what a follow-up credits."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
