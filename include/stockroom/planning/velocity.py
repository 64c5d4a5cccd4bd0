"""How fast items sell: units per day in stock, over 30, 60 and 90 days, honest about thin evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, PlanningError
from stockroom.planning.history import ItemHistory

ENOUGH_DAYS_IN_STOCK = 14
"""Under this an item leans on its category: a true .05 a day shows as .36 after three days with one sale."""


@dataclass(frozen=True, eq=False)
class Velocity:
    """Sales over one trailing window, one value per item."""

    units: IntArray
    days_in_stock: FloatArray
    units_per_day: FloatArray
    """Units over days in stock; 0 for an item that was never in stock."""
    variance: FloatArray
    """Of the units of one day in stock; never under the rate itself (a Poisson's), which few days would hide."""
    sold_out_days: IntArray
    """Days on which the shelf ran empty: on those, demand was at least what was sold."""

    @property
    def has_enough_evidence(self) -> BoolArray:
        """Return which items were in stock for at least 14 days of the window."""
        return self.days_in_stock >= ENOUGH_DAYS_IN_STOCK


def measure_velocity(history: ItemHistory, *, window_days: int) -> Velocity:
    """Return units, days in stock, rate and variance over the last ``window_days`` days.

    A day without stock is missing, never a day without demand: 8 units over 4 days in stock are 2 a day.

    >>> import numpy as np
    >>> history = ItemHistory(
    ...     dates=np.arange("2011-06-01", "2011-06-07", dtype="datetime64[D]"),
    ...     units_sold=[[2, 3, 0, 3, 0, 0]], fraction_in_stock=[[1, 1, 1, 1, 0, 0]],
    ...     unit_price=[5.0], unit_cost=[2.0], supplier=["S01"], category=["mugs"])
    >>> float(measure_velocity(history, window_days=90).units_per_day[0])
    2.0
    """
    if window_days < 1:
        raise PlanningError(f"window_days: {window_days} is not above 0")
    last = slice(-min(window_days, history.dates.size), None)
    units = history.units_sold[:, last].astype(np.float64)
    shelf = _days_in_stock(history, last, units)
    total = units.sum(axis=1)
    days = shelf.sum(axis=1)
    rate = np.divide(total, days, out=np.zeros_like(total), where=days > 0)
    residual = units - rate[:, None] * shelf
    spread = np.square(residual).sum(axis=1)
    variance = np.divide(spread, days - 1, out=np.zeros_like(total), where=days > 1)
    sold_out = np.zeros(history.items, dtype=np.int64)
    if history.sold_out is not None:
        sold_out = history.sold_out[:, last].sum(axis=1, dtype=np.int64)
    return Velocity(
        units=total.astype(np.int64),
        days_in_stock=days,
        units_per_day=rate,
        variance=np.maximum(variance, rate),
        sold_out_days=sold_out,
    )


def shrink_to_category(
    own: FloatArray, days_in_stock: FloatArray, category: FloatArray, *, enough_days: float = ENOUGH_DAYS_IN_STOCK
) -> FloatArray:
    """Return ``own`` moved towards ``category`` in the share that is missing to enough days in stock.

    >>> shrink_to_category(np.array([0.4]), np.array([7.0]), np.array([0.2]))  # half the evidence
    array([0.3])
    """
    share = np.minimum(days_in_stock / enough_days, 1.0)
    return np.asarray(share * own + (1.0 - share) * category, dtype=np.float64)


def _days_in_stock(history: ItemHistory, last: slice, units: FloatArray) -> FloatArray:
    """Return the part of each day on the shelf; a day that sold something was not empty, whatever was recorded."""
    if history.fraction_in_stock is None:
        return np.ones_like(units)
    shelf = history.fraction_in_stock[:, last].astype(np.float64)
    return np.where(np.isnan(shelf) | ((shelf == 0) & (units > 0)), 1.0, shelf)
