"""Keep what each order was set from, and by which template."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
