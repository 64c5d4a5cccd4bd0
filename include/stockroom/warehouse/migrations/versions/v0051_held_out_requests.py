"""Hold some requests out for a week, and know again the browsers that asked."""

from stockroom.warehouse.migrations.sql import run_sql_beside

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Apply the SQL file beside this module."""
    run_sql_beside(__file__)
