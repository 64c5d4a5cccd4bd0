"""Small stores with defaults, so that a test shows only what matters."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from stockroom.planning import ItemHistory, LeadTimeHistory
from stockroom.replay import Levels, Outcome, Scenario

FIRST_DAY = np.datetime64("2011-04-01")


def past(units: Any, **columns: Any) -> ItemHistory:
    """Return a past of these units, (n, d), ending the day before 1 April 2011: price 5, cost 3, one supplier."""
    sold = np.asarray(units)
    n, d = sold.shape
    return ItemHistory(
        **{
            "dates": FIRST_DAY + np.arange(-d, 0),
            "units_sold": sold,
            "unit_price": np.full(n, 5.0),
            "unit_cost": np.full(n, 3.0),
            "supplier": np.full(n, "S"),
            "category": np.full(n, "C"),
            **columns,
        }
    )


def one_item(demand: list[int], *, stock: int = 0, lead_time: int | list[int] = 2, **terms: Any) -> Scenario:
    """Return one item that wants ``demand``; 10 days of past without sales."""
    columns = {name: terms.pop(name) for name in ("pack_units", "minimum_order_units") if name in terms}
    return Scenario(
        past=past(np.zeros((1, 10), dtype=int), on_hand=[stock], **{name: [value] for name, value in columns.items()}),
        demand=np.array([demand]),
        lead_time_days=np.broadcast_to(lead_time, (1, len(demand))),
        **terms,
    )


class Fixed:
    """The same levels for every item, always."""

    def __init__(self, reorder_point: int, order_up_to: int, name: str = "fixed") -> None:
        self.name = name
        self._levels = reorder_point, order_up_to

    def levels(self, history: ItemHistory, *_: object) -> Levels:
        point, up_to = self._levels
        return Levels(np.full(history.items, point), np.full(history.items, up_to))


class Watcher(Fixed):
    """Keeps what it was shown."""

    def levels(self, history: ItemHistory, lead_times: LeadTimeHistory, as_of_date: date) -> Levels:
        self.seen = [*getattr(self, "seen", []), (as_of_date, history, lead_times)]
        return super().levels(history)


def costing(cost: list[float]) -> Outcome:
    """Return an outcome of these costs per item and nothing else."""
    nothing, none = np.zeros(len(cost)), np.zeros(len(cost), dtype=np.int64)
    return Outcome("", none, none, none, nothing, none, np.array(cost), nothing, nothing, nothing, none)
