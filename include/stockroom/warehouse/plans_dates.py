"""When what is on order comes, and when suppliers have again what they are out of: by what their dates were worth."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from stockroom.planning.promises import KeptPromises, due_in_days

STATEMENT_HOLDS_DAYS = 14.0
"""So long it is believed what a supplier said of its own stock."""

_due_in_days = functools.lru_cache(maxsize=4096)(due_in_days)
"""Thousands of lines share few dates."""


@dataclass(frozen=True)
class SuppliersDates:
    """What came of the days that suppliers named."""

    promised: KeptPromises
    """When they took an order."""
    sent: KeptPromises
    """When they sent the goods."""


def read_suppliers_dates(connection: psycopg.Connection, *, plan_date: date, time_zone: str) -> SuppliersDates:
    """Return what came of the days that suppliers named, as far as it was known on the eve of the plan date."""
    statement = resources.files("stockroom.warehouse").joinpath("plans_promises.sql").read_bytes()
    cut_off = datetime.combine(plan_date, time(), tzinfo=ZoneInfo(time_zone))
    rows = connection.execute(
        statement, {"plan_date": plan_date, "time_zone": time_zone, "cut_off": cut_off}
    ).fetchall()

    def kept(said: str) -> KeptPromises:
        named = [row for row in rows if row[0] == said]
        return KeptPromises(
            supplier=np.array([row[1] for row in named], dtype=np.str_),
            late_days=np.array([row[2] for row in named], dtype=np.float64),
            age_days=np.array([row[3] for row in named], dtype=np.float64),
        )

    return SuppliersDates(kept("promised"), kept("sent"))


def due_dates(on_order: Sequence[Sequence[Any]], dates: SuppliersDates) -> list[list[float]]:
    """Return units on order with the days in which they are due, from rows of ``plans_items.sql``.

    A day that its supplier named is read as its earlier ones were kept; one that we only asked for stays as it is.
    """
    kept = {"promised": dates.promised, "sent": dates.sent}
    due = [
        [units, _due_in_days(kept[said], supplier, float(days)) if said in kept else days]
        for units, days, supplier, said in on_order
    ]
    return sorted(due, key=lambda entry: (entry[1], entry[0]))


def out_days(item: Any, kept: KeptPromises) -> float:  # noqa: ANN401 -- a row of plans_items.sql
    """Return the days until an item's supplier has it again; 0 where it has it, said nothing lately or names no day."""
    said = item.supplier_units is not None and float(item.supplier_said_days_ago) <= STATEMENT_HOLDS_DAYS
    if not said or item.supplier_units > 0 or item.supplier_has_it_in_days is None:
        return 0.0
    return max(_due_in_days(kept, item.supplier_id, float(item.supplier_has_it_in_days)), 0.0)
