"""What a plan wants of suppliers and of people, read from its decisions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.warehouse.orders import ProposedLine, ProposedOrder
from stockroom.warehouse.plans_exceptions import PlanException


def read_wanted_orders(connection: psycopg.Connection, plan_date: date) -> list[ProposedOrder]:
    """Return one order per supplier, ship-to and currency, its lines by SKU."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(_statement("plans_order_lines.sql"), {"plan_date": plan_date}).fetchall()
    joined: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows:
        joined[row.supplier_id, row.location_id, row.order_currency].append(row)
    return [
        ProposedOrder(
            supplier_id=supplier_id,
            location_id=location_id,
            currency=currency,
            # The rule that the buyer's annex states. A shorter time would be promised by nobody, and never be kept.
            requested_date=plan_date + timedelta(days=max(math.ceil(line.lead_time_mean_days) for line in lines)),
            lines=tuple(_line(line) for line in lines),
        )
        for (supplier_id, location_id, currency), lines in sorted(joined.items())
    ]


def read_too_large_lots(connection: psycopg.Connection, plan_date: date) -> list[PlanException]:
    """Return a question for every item whose supplier's smallest lot lasts longer than its policy allows."""
    rows = connection.execute(
        "select sku, location_id, reason from plan.decisions where plan_date = %s and needs_person", (plan_date,)
    )
    return [
        PlanException(
            key=f"smallest_lot/{sku}/{location_id}",
            subject=f"{sku} {location_id}",
            detail=reason,
            mend="agree on a smaller lot with the supplier, raise maximum_cover_days in policies.xlsx, or let it go",
        )
        for sku, location_id, reason in rows
    ]


def count_what_was_released(connection: psycopg.Connection, plan_date: date) -> list[str]:
    """Put on order what people released since the plan's inputs were frozen; return the SKUs that this changes.

    When they were frozen these orders were open, for the plan to decide anew; now they are under way. Without this a
    plan would order the same again beside them. The caller holds the turn, decides those SKUs again, and commits.
    """
    changed = connection.execute(_statement("plans_answered.sql"), {"plan_date": plan_date}).fetchall()
    return sorted({row[0] for row in changed})


def forget_decisions(connection: psycopg.Connection, plan_date: date, skus: Sequence[str]) -> None:
    """Delete what a plan that is still under way decided for some SKUs; the caller decides them again."""
    connection.execute("delete from plan.decisions where plan_date = %s and sku = any(%s)", (plan_date, list(skus)))


def _line(row: Any) -> ProposedLine:  # noqa: ANN401 -- a row of plans_order_lines.sql
    return ProposedLine(
        sku=row.sku,
        supplier_sku=row.supplier_sku,
        units=row.order_units,
        pack_units=row.pack_units,
        unit_cost=_unit_cost(row),
        reason=row.reason,
        terms_json=row.terms_json,
    )


def _unit_cost(row: Any) -> Decimal:  # noqa: ANN401 -- a row of plans_order_lines.sql
    """Return what a unit costs in an order of so many: the last price break that it reaches, else the usual price."""
    reached = [Decimal(cost) for units, cost in row.price_breaks if units <= row.order_units]
    return reached[-1] if reached else Decimal(row.order_unit_cost)


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
