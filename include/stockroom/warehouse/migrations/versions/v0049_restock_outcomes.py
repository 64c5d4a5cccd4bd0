"""Keep what became of each notice: sent, clicked, bought."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
