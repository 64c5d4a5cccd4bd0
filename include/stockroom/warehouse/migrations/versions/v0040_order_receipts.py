"""Keep what suppliers' programs say of the X12 that they were sent: a raw table, and the answer beside its number."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
