"""Whether any supplier sends shoppers' orders itself: asked in every round, before anything that orders are made of."""

from __future__ import annotations

import psycopg

from stockroom.warehouse.built import are_built


def are_orders_passed_on(connection: psycopg.Connection) -> bool:
    """Return whether orders are passed on to anybody, or were; ``False`` while dbt has not built who takes them."""
    if not are_built(
        connection,
        "intermediate.int_drop_shippers.orders_from_date",
        "marts.dim_supplier_offers",
        "marts.dim_suppliers",
        "marts.dim_exchange_rates",
    ):
        return False
    row = connection.execute(
        """
        select
            exists (select from intermediate.int_drop_shippers where orders_from_date is not null)
            or exists (select from ops.drop_ship_lines)
            or exists (select from ops.exceptions where kind = 'unpassed_order_line' and resolved_at is null)
        """
    ).fetchone()
    return bool(row and row[0])
