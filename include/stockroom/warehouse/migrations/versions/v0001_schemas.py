"""Schemas, and who may read what dbt will build in them."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
