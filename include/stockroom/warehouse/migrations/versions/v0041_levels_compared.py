"""Keep beside each level what its channel had been made to show, and by how much the two differ."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
