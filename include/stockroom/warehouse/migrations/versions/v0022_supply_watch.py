"""Keep what suppliers answered, when goods will come, and what waiting for them may cost."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
