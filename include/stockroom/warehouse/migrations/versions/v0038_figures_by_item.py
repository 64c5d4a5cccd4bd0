"""Find what channels showed of an item without reading all that was ever written."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
