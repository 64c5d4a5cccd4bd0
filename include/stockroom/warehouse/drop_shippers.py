"""Whether any supplier sends shoppers' orders itself: asked in every round, before anything that orders are made of."""

from __future__ import annotations

import psycopg


def are_orders_passed_on(connection: psycopg.Connection) -> bool:
    """Return whether orders are passed on to anybody, or were; ``False`` while dbt has not built who takes them."""
    row = connection.execute(
        """
        select
            exists (
                select from pg_attribute
                where attrelid = to_regclass('intermediate.int_drop_shippers') and attname = 'orders_from_date'
            )
            and to_regclass('marts.dim_supplier_offers') is not null
            and to_regclass('marts.dim_suppliers') is not null
            and to_regclass('marts.dim_exchange_rates') is not null
        """
    ).fetchone()
    if not (row and row[0]):
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
