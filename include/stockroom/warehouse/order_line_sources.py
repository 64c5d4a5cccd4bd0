"""What one order line rests on: its terms, and the rows behind them, as its plan froze them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any

import psycopg
from psycopg.rows import class_row

from stockroom.planning import Term


@dataclass(frozen=True)
class ExplainedLine:
    """One line of an order of ours."""

    po_number: str
    version: int
    state: str
    plan_date: date
    line_number: int
    sku: str
    title: str
    supplier_id: str
    supplier_name: str
    location_id: str
    units: int
    reason: str
    terms: list[dict[str, Any]]
    units_accepted: int | None
    units_backordered: int | None
    units_rejected: int | None
    answered_at: datetime | None
    backorder_date: date | None
    units_shipped: int | None
    chance_by_due: float | None
    due_date: date | None
    newest_plan_date: date | None
    newest_order_units: int | None
    newest_terms: list[dict[str, Any]] | None


@dataclass(frozen=True)
class FrozenDay:
    """One day of the history that the plan froze."""

    frozen_date: date
    units_sold: int
    fraction_in_stock: float | None
    """``None``: it ran out at an unknown hour."""
    sold_out: bool


@dataclass(frozen=True)
class Arrival:
    """One shipment that the plan learned the supplier's days from."""

    shipment_id: str
    days: float
    age_days: int
    is_open: bool


@dataclass(frozen=True)
class SoldLine:
    """One order line of a shopper."""

    channel_id: str
    order_name: str | None
    ordered_at: datetime
    units_ordered: int


@dataclass(frozen=True)
class Sources:
    """The rows behind a line."""

    days: list[FrozenDay]
    """Newest first; none: they are not kept any more."""
    on_order: list[tuple[int, float]]
    """Units and days until due."""
    arrivals: list[Arrival]
    sold: list[SoldLine]


def read_explained_lines(
    connection: psycopg.Connection, po_number: str, line_number: int | None
) -> list[ExplainedLine]:
    """Return the lines of an order in its present version, or one of them."""
    with connection.cursor(row_factory=class_row(ExplainedLine)) as cursor:
        return cursor.execute(
            _statement("order_lines_explained.sql"), {"po_number": po_number, "wanted": line_number}
        ).fetchall()


def read_sources(connection: psycopg.Connection, line: ExplainedLine, *, days: int, rows: int) -> Sources:
    """Return the newest ``days`` days, and the newest ``rows`` shipments and order lines, that a line rests on."""
    parameters = {
        "plan_date": line.plan_date,
        "sku": line.sku,
        "location_id": line.location_id,
        "supplier_id": line.supplier_id,
        "days": days,
        "rows": rows,
    }
    with connection.cursor(row_factory=class_row(FrozenDay)) as cursor:
        frozen = cursor.execute(_statement("order_line_days.sql"), parameters).fetchall()
    with connection.cursor(row_factory=class_row(Arrival)) as cursor:
        arrivals = cursor.execute(
            """
            select shipment_id, days, age_days, is_open from plan.lead_times
            where plan_date = %(plan_date)s and supplier_id = %(supplier_id)s
            order by is_open, age_days, shipment_id limit %(rows)s
            """,
            parameters,
        ).fetchall()
    with connection.cursor(row_factory=class_row(SoldLine)) as cursor:
        sold = cursor.execute(
            """
            select channel_id, order_name, ordered_at, units_ordered::integer as units_ordered
            from marts.fct_order_lines
            where sku = %(sku)s and location_id = %(location_id)s and ordered_date < %(plan_date)s
            order by ordered_at desc, order_id desc, order_line_id desc limit %(rows)s
            """,
            parameters,
        ).fetchall()
    on_order = connection.execute(
        """
        select on_order from plan.inputs
        where plan_date = %(plan_date)s and sku = %(sku)s and location_id = %(location_id)s
        """,
        parameters,
    ).fetchone()
    return Sources(
        days=frozen,
        on_order=[(int(units), float(due)) for units, due in (on_order[0] if on_order else [])],
        arrivals=arrivals,
        sold=sold,
    )


def terms_of(listed: list[dict[str, Any]] | None) -> tuple[Term, ...]:
    """Return terms as they were written."""
    return tuple(Term(term["name"], term["value"], term["unit"]) for term in listed or ())


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
