"""Tell shoppers who waited in vain, and let them wait on."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
