"""Say once what is still to come of an order line."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
