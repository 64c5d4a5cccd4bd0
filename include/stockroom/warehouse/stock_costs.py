"""What being out of stock lost and what holding stock cost, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib import resources
from typing import NamedTuple

import psycopg
from psycopg.rows import class_row


class CostedItem(NamedTuple):
    """A SKU and location, and what it is worth."""

    sku: str
    location_id: str
    category: str | None
    supplier_id: str | None
    unit_price: float
    unit_cost: float


class StockMonth(NamedTuple):
    """What the marts say of one item's stock in one month."""

    item: int
    """Its number in ``planned_items``."""
    month_start_date: date
    days: int
    stockout_days: int
    average_units: float


class StockCost(NamedTuple):
    """One row of ``plan.stock_costs``, in the order of its columns."""

    month_start_date: date
    sku: str
    location_id: str
    measured_on: date
    days: int
    stockout_days: int
    units_sold: int
    units_lost: float
    margin_per_unit: float
    goodwill_per_unit: float
    lost_margin: float
    average_stock_value: float
    carrying_rate: float
    carrying_cost: float


def read_costed_items(connection: psycopg.Connection) -> list[CostedItem]:
    """Return the items whose stock, price and cost are known."""
    rows = connection.execute(_statement("stock_costs_items.sql"))
    return [
        CostedItem(sku, location_id, category, supplier_id, float(unit_price), float(unit_cost))
        for sku, location_id, category, supplier_id, unit_price, unit_cost in rows
    ]


def first_month_to_measure(connection: psycopg.Connection, *, first_known: date, end: date) -> date | None:
    """Return the month that was measured last, as it was not over then; without any, the first that the marts know.

    ``None``: days from ``end`` on were measured already, and an earlier look would forget them.
    """
    row = connection.execute("select max(month_start_date), max(measured_on) from plan.stock_costs").fetchone()
    newest, measured_on = row or (None, None)
    if measured_on is not None and measured_on > end:
        return None
    return max(newest or first_known, first_known).replace(day=1)


def read_stock_months(connection: psycopg.Connection, *, since: date, until: date) -> list[StockMonth]:
    """Return the months from ``since`` to the eve of ``until`` of the items that ``name_items`` numbered."""
    with connection.cursor(row_factory=class_row(StockMonth)) as cursor:
        return cursor.execute(
            _statement("stock_costs_months.sql"), {"history_start": since, "plan_date": until}
        ).fetchall()


def replace_stock_costs(connection: psycopg.Connection, costs: Iterable[StockCost], *, since: date) -> None:
    """Make the months from ``since`` on exactly these rows; the caller holds the turn and commits."""
    connection.execute("delete from plan.stock_costs where month_start_date >= %s", (since,))
    statement = f"copy plan.stock_costs ({', '.join(StockCost._fields)}) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in costs:
            copy.write_row(row)


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
