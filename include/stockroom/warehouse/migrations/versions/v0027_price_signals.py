"""What a pricing system should hear of a plan date."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
