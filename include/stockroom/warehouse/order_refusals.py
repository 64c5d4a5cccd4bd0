"""What people refused a short while ago, line by line: nobody is asked for it again before its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.plans_orders import OrderKey

SAME_UP_TO_TIMES = 1.5
"""A line is the one that was refused unless it wants more than so many times as much."""


@dataclass(frozen=True)
class Refusal:
    """One line that a person refused."""

    sku: str
    units: int
    po_number: str
    refused_by: str
    holds_until: date

    def holds_for(self, units: int) -> bool:
        """Return whether so many units are what was refused."""
        return units <= SAME_UP_TO_TIMES * self.units


@dataclass(frozen=True)
class _Row(Refusal):
    supplier_id: str
    location_id: str
    currency: str


def read_refusals(
    connection: psycopg.Connection, *, as_of_date: date, refusal_days: int
) -> dict[OrderKey, dict[str, Refusal]]:
    """Return what is refused for the time being, by supplier, ship-to and currency, and by SKU: the largest of each."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(
            """
            select
                orders.supplier_id,
                orders.location_id,
                orders.currency,
                lines.sku,
                lines.units,
                orders.po_number,
                orders.changed_by as refused_by,
                orders.plan_date + %(days)s::integer as holds_until
            from ops.purchase_orders as orders
            inner join ops.purchase_order_lines as lines
                on orders.po_number = lines.po_number and orders.version = lines.version
            where orders.state = 'refused' and orders.plan_date > %(as_of)s::date - %(days)s::integer
            order by lines.units, orders.plan_date, orders.po_number
            """,
            {"as_of": as_of_date, "days": refusal_days},
        ).fetchall()
    found: dict[OrderKey, dict[str, Refusal]] = {}
    for row in rows:  # the last one holds
        found.setdefault(OrderKey(row.supplier_id, row.location_id, row.currency), {})[row.sku] = row
    return found
