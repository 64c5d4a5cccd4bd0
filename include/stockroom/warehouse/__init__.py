"""Postgres: connection, migrations, landing, COPY in and out, and the SQL beside the code."""

from stockroom.warehouse.connection import WarehouseError, connect

__all__ = ["WarehouseError", "connect"]
