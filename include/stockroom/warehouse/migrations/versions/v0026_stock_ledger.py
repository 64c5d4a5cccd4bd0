"""Keep every change of stock as an event, and from them and the last count a position per SKU and location."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
