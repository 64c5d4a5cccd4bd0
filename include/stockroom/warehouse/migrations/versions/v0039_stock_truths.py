"""Let planners say who counts a place, and the warehouse system count; show the ledger to readers."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
