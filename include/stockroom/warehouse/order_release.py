"""Purchase orders leave the plan: what the policy lets go is released, the rest waits for a named person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning.approval import ApprovalPolicy, OrderedLine, OrderToRoute, Route, Way, route_orders
from stockroom.warehouse.order_refusals import SAME_UP_TO_TIMES


@dataclass(frozen=True)
class Releases:
    """Where the proposals went, by order number."""

    released: tuple[str, ...]
    waiting: tuple[str, ...]
    held: tuple[str, ...]
    """Refused before: nobody is asked again for the time being; each stays a proposal."""


def release_proposals(
    connection: psycopg.Connection, *, as_of_date: date, policy: ApprovalPolicy, refusal_days: int
) -> Releases:
    """Release what may go by itself into the outbox; the rest waits, each with its reason. The caller commits.

    Proposals of plans after ``as_of_date`` are left alone. A refusal holds for ``refusal_days``.
    """
    orders = _proposals(
        connection, as_of_date=as_of_date, days=policy.days, refusal_days=refusal_days, currency=policy.currency
    )
    routes = route_orders(orders, policy)
    released = _move(connection, "orders_release.sql", routes, "release")
    waiting = _move(connection, "orders_wait.sql", routes, "ask")
    held = _move(connection, "orders_hold.sql", routes, "hold")
    return Releases(released, waiting, held)


def _proposals(connection: psycopg.Connection, **parameters: object) -> list[OrderToRoute]:
    """Return the proposals with what is known of their suppliers and items, by number.

    By hashes: their lines were written a moment ago, and the planner, who has not counted them yet, expects one line
    where there are thousands. Comparing each with every earlier order took twenty seconds.
    """
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        cursor.execute("set local enable_nestloop = off")
        rows: list[Any] = cursor.execute(
            _statement("orders_to_route.sql"), {**parameters, "same_up_to_times": SAME_UP_TO_TIMES}
        ).fetchall()
        cursor.execute("set local enable_nestloop = on")
    return [_order(list(lines)) for _, lines in groupby(rows, key=lambda row: row.po_number)]


def _order(rows: Sequence[Any]) -> OrderToRoute:
    head = rows[0]
    return OrderToRoute(
        po_number=head.po_number,
        supplier_id=head.supplier_id,
        currency=head.currency,
        value=head.value,
        exchange_rate=head.exchange_rate,
        gone_value=head.gone_value,
        is_new_supplier=head.is_new_supplier,
        refused_as=head.refused_as or "",
        lines=tuple(
            OrderedLine(
                sku=row.sku,
                units=row.units,
                unit_cost=row.unit_cost,
                line_value=row.line_value,
                usual_units=row.usual_units,
                earlier_orders=row.earlier_orders,
                last_unit_cost=row.last_unit_cost,
                days_since_sale=row.days_since_sale,
                is_discontinued=row.is_discontinued,
            )
            for row in rows
        ),
    )


def _move(connection: psycopg.Connection, statement: str, routes: Sequence[Route], way: Way) -> tuple[str, ...]:
    """Bring the orders of one way where it leads, each with its reason."""
    taken = [route for route in routes if route.way == way]
    rows = connection.execute(
        _statement(statement),
        {"po_numbers": [route.po_number for route in taken], "reasons": [route.reason for route in taken]},
    )
    return tuple(sorted(row[0] for row in rows))


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
