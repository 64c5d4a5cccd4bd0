"""Let notices be found in WooCommerce's orders before that shop is connected."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
