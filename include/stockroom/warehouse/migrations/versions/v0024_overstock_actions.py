"""What to do about too much stock: one list a plan date, and what came of it."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
