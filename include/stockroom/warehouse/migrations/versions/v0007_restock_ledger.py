"""Restock requests become a ledger: every change with its reason, addresses one a row, consent and suppression kept."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
