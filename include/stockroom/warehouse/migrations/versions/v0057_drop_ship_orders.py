"""Orders that suppliers send to shoppers themselves."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
