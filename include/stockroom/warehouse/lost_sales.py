"""Estimated lost sales beside what shoppers asked to be told of. The caller commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib import resources
from typing import NamedTuple

import psycopg
from psycopg.rows import class_row


class LostSales(NamedTuple):
    """One month of one category."""

    month_start_date: date
    category: str
    stockout_days: int
    units_lost: float
    requests: int
    units_asked: int
    squares_asked: float
    """Of the quantities asked for, summed."""


class WitnessedLoss(NamedTuple):
    """One row of ``plan.lost_sales_witness``, in the order of its columns."""

    month_start_date: date
    category: str
    measured_on: date
    stockout_days: int
    units_lost: float
    requests: int
    units_asked: int
    asked_rate: float | None
    asked_rate_low: float | None
    asked_rate_high: float | None
    usual_rate: float | None
    verdict: str


def read_lost_sales(
    connection: psycopg.Connection, *, since: date, measured_on: date, time_zone: str
) -> list[LostSales]:
    """Return the months from ``since`` to the eve of ``measured_on`` of every category with a known stock."""
    statement = resources.files("stockroom.warehouse").joinpath("lost_sales_groups.sql").read_bytes()
    with connection.cursor(row_factory=class_row(LostSales)) as cursor:
        return cursor.execute(
            statement, {"first_month": since, "measured_on": measured_on, "time_zone": time_zone}
        ).fetchall()


def replace_witnessed_losses(connection: psycopg.Connection, rows: Iterable[WitnessedLoss], *, since: date) -> None:
    """Make the months from ``since`` on exactly these rows."""
    connection.execute("delete from plan.lost_sales_witness where month_start_date >= %s", (since,))
    statement = f"copy plan.lost_sales_witness ({', '.join(WitnessedLoss._fields)}) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)
