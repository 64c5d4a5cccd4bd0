"""What spending limits left out of a plan's orders, and what was spent of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg

from stockroom.planning.overrides import Override


@dataclass(frozen=True)
class LeftOut:
    """Units of one item that a budget did not reach."""

    sku: str
    location_id: str
    supplier_id: str
    override_id: str
    units: int
    value: Decimal
    lost_margin: Decimal
    """What it is expected to cost until the next order."""


def read_spent(connection: psycopg.Connection, budget: Override, *, supplier: str | None, currency: str) -> Decimal:
    """Return what was ordered within a budget's days and is no proposal any more, in the base currency."""
    row = connection.execute(
        """
        select coalesce(sum(ops.worth_in(%(currency)s, orders.value, orders.currency, orders.exchange_rate)), 0)
        from ops.purchase_orders as orders
        inner join ops.purchase_order_states as states on orders.state = states.state
        where
            (states.is_on_order or orders.state = 'closed')
            and orders.kind != 'drop_ship'
            and orders.plan_date between %(first)s and %(last)s
            and (%(supplier)s::text is null or orders.supplier_id = %(supplier)s)
        """,
        {"first": budget.set_on, "last": budget.valid_until, "currency": currency, "supplier": supplier},
    ).fetchone()
    return Decimal(row[0]) if row else Decimal(0)


def write_left_out(connection: psycopg.Connection, plan_date: date, left_out: Iterable[LeftOut]) -> None:
    """Keep what a plan left out; the caller commits."""
    statement = """
        copy plan.left_out (plan_date, sku, location_id, supplier_id, override_id, units, value, lost_margin) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for one in left_out:
            copy.write_row(
                (
                    plan_date,
                    one.sku,
                    one.location_id,
                    one.supplier_id,
                    one.override_id,
                    one.units,
                    one.value,
                    one.lost_margin,
                )
            )
