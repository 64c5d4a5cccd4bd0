"""What a replay needs of the store's past, out of the marts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import ItemHistory
from stockroom.warehouse.past_days import PastDays, name_items, read_arrays, read_days
from stockroom.warehouse.planners_rules import promotion_panel, read_promotions

HISTORY_DAYS = 365
"""How far back a policy may look from the first judged day."""

Units = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ReplayWindow:
    """The judged days, both ends included, and the first day of the past before them."""

    history_start: date
    first: date
    last: date

    @property
    def past_days(self) -> int:
        """Return the number of days before the judged ones."""
        return (self.first - self.history_start).days

    @property
    def days(self) -> int:
        """Return the number of judged days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, eq=False)
class PastShipments:
    """Every delivery that was sent for up to the last judged day, in calendar days of the store."""

    supplier: npt.NDArray[np.str_]
    lane: npt.NDArray[np.str_]
    sent_day: Units
    """Counted from the first judged day: under 0 before it."""
    days: npt.NDArray[np.float64]
    """Infinite where it has not arrived."""


@dataclass(frozen=True, eq=False)
class StorePast:
    """Facts of ``n`` items over past and judged days; panels of the judged days are (n, j)."""

    window: ReplayWindow
    sku: npt.NDArray[np.str_]
    title: npt.NDArray[np.str_]
    location_id: npt.NDArray[np.str_]
    category: npt.NDArray[np.str_]
    """As the shop names it."""
    history: ItemHistory
    """Past and judged days together; ``sold_out`` and ``fraction_in_stock`` as the store saw them."""
    starting_units: Units
    """(n,) for sale on the eve of the first judged day."""
    closing_units: Units
    received_units: Units
    ordered_units: Units
    outstanding_units: Units
    """(n,) ordered before the judged days and received within them."""
    shipments: PastShipments
    left_out: Mapping[str, int]
    """How many SKU-locations are not replayed, by reason."""


def built_span(connection: psycopg.Connection) -> tuple[date, date] | None:
    """Return the first and the last day whose stock the marts know; ``None`` when they are empty."""
    row = connection.execute("select min(stock_date), max(stock_date) from marts.fct_stock_daily").fetchone()
    return (row[0], row[1]) if row and row[0] else None


def read_store_past(connection: psycopg.Connection, window: ReplayWindow, *, time_zone: str) -> StorePast:
    """Return the facts of a window that lies within what the marts know; the caller's transaction is only read."""
    parameters = {
        "history_start": window.history_start,
        "first_judged_date": window.first,
        "eve": window.first - timedelta(days=1),
        "plan_date": window.last + timedelta(days=1),
        "time_zone": time_zone,
    }
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(_statement("replays_items.sql"), parameters).fetchall()
    kept = [row for row in rows if row.left_out_because is None]
    items = name_items(connection, ((row.sku, row.location_id) for row in kept))
    days = read_days(connection, items=items, first=window.history_start, end=window.last + timedelta(days=1))
    for item, row in enumerate(kept):
        # A day before the first movement says nothing: the item was not listed there.
        days.fraction_in_stock[item, : max((row.first_date - window.history_start).days, 0)] = 0.0
    stock = _stock(connection, window, len(kept), parameters)
    ordered, received_of_earlier = _orders(connection, window, len(kept), parameters)
    return StorePast(
        window=window,
        sku=_texts(row.sku for row in kept),
        title=_texts(row.title or row.sku for row in kept),
        location_id=_texts(row.location_id for row in kept),
        category=_texts(row.category for row in kept),
        history=replace(_history(kept, days), promotion=_promotion(connection, kept, window)),
        starting_units=stock.closing[:, 0],
        closing_units=stock.closing[:, 1:],
        received_units=stock.received[:, 1:],
        ordered_units=ordered,
        outstanding_units=np.maximum(received_of_earlier - stock.received_before, 0),
        shipments=_shipments(connection, parameters),
        left_out=Counter(row.left_out_because for row in rows if row.left_out_because is not None),
    )


@dataclass(frozen=True, eq=False)
class _Stock:
    closing: Units
    """(n, 1 + j): the eve of the judged days comes first."""
    received: Units
    received_before: Units


def _stock(connection: psycopg.Connection, window: ReplayWindow, items: int, parameters: dict[str, Any]) -> _Stock:
    closing, received = (np.zeros((items, 1 + window.days), dtype=np.int64) for _ in range(2))
    received_before = np.zeros(items, dtype=np.int64)
    for item, days, at_close, arrived, before in read_arrays(connection, "replays_stock.sql", parameters):
        closing[item, days + 1] = at_close
        received[item, days + 1] = arrived
        received_before[item] = before
    return _Stock(closing, received, received_before)


def _orders(
    connection: psycopg.Connection, window: ReplayWindow, items: int, parameters: dict[str, Any]
) -> tuple[Units, Units]:
    ordered, received_of_earlier = np.zeros((items, window.days), dtype=np.int64), np.zeros(items, dtype=np.int64)
    for item, days, units, earlier in read_arrays(connection, "replays_orders.sql", parameters):
        np.add.at(ordered[item], days, units)
        received_of_earlier[item] = earlier
    return ordered, received_of_earlier


def _shipments(connection: psycopg.Connection, parameters: dict[str, Any]) -> PastShipments:
    rows = connection.execute(
        """
        select
            supplier_id,
            coalesce(lane, ''),
            (ordered_at at time zone %(time_zone)s)::date - %(first_judged_date)s,
            (received_at at time zone %(time_zone)s)::date - (ordered_at at time zone %(time_zone)s)::date
        from marts.fct_supplier_lead_times
        where
            supplier_id is not null
            and ordered_at < %(plan_date)s::date::timestamp at time zone %(time_zone)s
        order by supplier_id collate "C", ordered_at, shipment_id collate "C"
        """,
        parameters,
    ).fetchall()
    return PastShipments(
        supplier=_texts(row[0] for row in rows),
        lane=_texts(row[1] for row in rows),
        sent_day=np.array([row[2] for row in rows], dtype=np.int64),
        # Received on the day of the order still took part of that day.
        days=np.array([np.inf if row[3] is None else max(row[3], 0.5) for row in rows], dtype=np.float64),
    )


def _promotion(connection: psycopg.Connection, rows: list[Any], window: ReplayWindow) -> npt.NDArray[np.float32] | None:
    """Return the planners' calendar over past and judged days and some beyond them; ``None``: it is empty."""
    calendar = read_promotions(connection, since=window.history_start)
    promotions = [calendar.of(category=row.category, sku=row.sku) for row in rows]
    if not any(promotions):
        return None
    return promotion_panel(promotions, first=window.history_start, days=window.past_days + window.days)


def _history(rows: list[Any], days: PastDays) -> ItemHistory:
    return ItemHistory(
        dates=np.arange(days.units_sold.shape[1]) + np.datetime64(days.first, "D"),
        units_sold=days.units_sold,
        sold_out=days.sold_out,
        fraction_in_stock=days.fraction_in_stock,
        unit_price=np.array([float(row.unit_price) for row in rows]),
        unit_cost=np.array([float(row.unit_cost) for row in rows]),
        supplier=_texts(row.supplier_id for row in rows),
        lane=_texts(row.lane or "" for row in rows),
        # As in a plan: what is typical on one shelf says little about another.
        category=_texts(f"{row.category} at {row.location_id}" for row in rows),
        quoted_lead_time_days=np.array([float(row.quoted_lead_time_days or np.nan) for row in rows]),
        pack_units=np.array([row.pack_units for row in rows], dtype=np.int64),
        minimum_order_units=np.array([row.minimum_order_units for row in rows], dtype=np.int64),
        item_key=_texts(f"{row.sku} {row.location_id}" for row in rows),
    )


def _texts(values: Any) -> npt.NDArray[np.str_]:  # noqa: ANN401 -- any iterable of text
    return np.array(list(values), dtype=np.str_)


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
