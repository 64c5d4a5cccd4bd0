"""Remember which files were answered, and under which number."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
