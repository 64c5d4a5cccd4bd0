"""Note what maintenance did, and which files of the planners are gone."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
