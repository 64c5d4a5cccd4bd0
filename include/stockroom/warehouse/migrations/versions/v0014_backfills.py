"""Remember how far each reading of a long history has come."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
