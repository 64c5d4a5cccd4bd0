"""Keep of each version and state of an order which plan it is of, so that an earlier morning can be told again."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
