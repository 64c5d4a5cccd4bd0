"""Remember which version of a file far away was looked into, so that it is not fetched every two minutes."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
