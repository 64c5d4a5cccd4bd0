"""Purchase orders as a person looks through them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.built import are_built


@dataclass(frozen=True)
class ListedOrder:
    """One purchase order of ours, in its newest version."""

    po_number: str
    version: int
    supplier_id: str
    location_id: str
    plan_date: date
    state: str
    value: Decimal
    currency: str
    kind: str


def list_orders(connection: psycopg.Connection, *, limit: int) -> list[ListedOrder]:
    """Return the newest orders, those that wait for a person first."""
    with connection.cursor(row_factory=class_row(ListedOrder)) as cursor:
        return cursor.execute(
            """
            select po_number, version, supplier_id, location_id, plan_date, state, value, currency, kind
            from ops.purchase_orders
            order by state = 'waiting' desc, plan_date desc, po_number desc
            limit %s
            """,
            (limit,),
        ).fetchall()


def supplier_names(connection: psycopg.Connection) -> dict[str, str]:
    """Return each supplier's name by its id; none before marts were built that hold them."""
    if not are_built(connection, "marts.dim_suppliers"):
        return {}
    rows = connection.execute("select supplier_id, name from marts.dim_suppliers where name is not null")
    return dict(rows.fetchall())
