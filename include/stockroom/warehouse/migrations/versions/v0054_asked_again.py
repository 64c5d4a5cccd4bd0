"""Say which requests have no key of their own."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
