"""How long news take between channels, and what each leaves unshown for that."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
