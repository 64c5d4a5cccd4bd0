"""Find what another request answers without reading all of them."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
