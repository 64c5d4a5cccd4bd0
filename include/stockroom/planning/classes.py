"""Which items matter and how they sell: ABC by revenue, fast movers, XYZ by forecastability, the shape of demand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, TextArray
from stockroom.planning.forecast import BLOCK_ITEMS, Forecast
from stockroom.planning.history import ItemHistory
from stockroom.planning.look_back import JUDGED_DAYS, days_on_shelf

A_SHARE_OF_REVENUE = 0.80
B_SHARE_OF_REVENUE = 0.95
FAST_MOVER_SHARE_OF_ITEMS = 0.20
X_GREATEST_CV, Y_GREATEST_CV = 0.5, 1.0
"""Coefficient of variation of the forecast's error over a fortnight: X up to a half, Y up to one, Z beyond."""
INTERMITTENT_DAYS_BETWEEN_SALES = 1.32
ERRATIC_SQUARED_CV = 0.49
"""Where the forms of demand part (Syntetos, Boylan & Croston 2005)."""
CLASS_LABELS = {
    "abc_class": ("A", "B", "C"),
    "xyz_class": ("X", "Y", "Z"),
    "demand_class": ("smooth", "erratic", "intermittent", "lumpy", "none"),
    "fast_movers": ("*",),
}
"""The classes that planners may set targets for, and their labels."""


@dataclass(frozen=True)
class ClassLimits:
    """Where the classes begin, fitted over all items so that one item can be classed alone."""

    a_revenue_per_day: float
    b_revenue_per_day: float
    fast_mover_units_per_day: float


@dataclass(frozen=True, eq=False)
class Classes:
    """The labels of each item."""

    abc_class: TextArray
    """``A``, ``B`` or ``C`` by revenue; what sells nothing is ``C``."""
    xyz_class: TextArray
    """``X``, ``Y`` or ``Z`` by how far demand strays from its forecast; what never sold is ``Z``."""
    demand_class: TextArray
    """``smooth``, ``erratic``, ``intermittent``, ``lumpy``, or ``none`` of an item that never sold."""
    is_fast_mover: BoolArray
    """Among the top 20 % by velocity of the items that sell."""

    def of(self, item: int) -> dict[str, str]:
        """Return the labels of one item, as a policy book asks for them."""
        labels = {name: str(getattr(self, name)[item]) for name in ("demand_class", "xyz_class", "abc_class")}
        return labels | ({"fast_movers": "*"} if self.is_fast_mover[item] else {})


def fit_class_limits(revenue_per_day: FloatArray, units_per_day: FloatArray) -> ClassLimits:
    """Return the limits: A items make the first 80 % of revenue, A and B together 95 %; items that sell nothing are C.

    >>> limits = fit_class_limits(np.array([80.0, 15.0, 5.0]), np.array([1.0, 2.0, 3.0]))
    >>> abc_classes(np.array([80.0, 15.0, 5.0]), limits).tolist()
    ['A', 'B', 'C']
    """
    selling = np.sort(revenue_per_day[revenue_per_day > 0])[::-1]
    fast = np.sort(units_per_day[units_per_day > 0])[::-1]
    return ClassLimits(
        a_revenue_per_day=_limit(selling, A_SHARE_OF_REVENUE),
        b_revenue_per_day=_limit(selling, B_SHARE_OF_REVENUE),
        fast_mover_units_per_day=float(fast[math.ceil(fast.size * FAST_MOVER_SHARE_OF_ITEMS) - 1])
        if fast.size
        else math.inf,
    )


def abc_classes(revenue_per_day: FloatArray, limits: ClassLimits) -> TextArray:
    """Return ``A``, ``B`` or ``C`` for each item."""
    return np.where(
        revenue_per_day >= limits.a_revenue_per_day,
        "A",
        np.where(revenue_per_day >= limits.b_revenue_per_day, "B", "C"),
    )


def fast_movers(units_per_day: FloatArray, limits: ClassLimits) -> BoolArray:
    """Return which items are among the top 20 % of those that sell."""
    return units_per_day >= limits.fast_mover_units_per_day


def forecast_error_cv(forecast: Forecast) -> FloatArray:
    """Return the coefficient of variation of each item's forecast error over a fortnight; infinite where none sells.

    From the spread that the item's own judged forecasts left, leaning on items of its volume while they are few: the
    season, which a forecast knows, does not make an item unsteady. Source of the idea: Silver, Pyke & Thomas.
    """
    units = forecast.units_per_day * JUDGED_DAYS
    known = np.where(units > 0, units, 1.0)
    return np.where(units > 0, np.sqrt(forecast.dispersion / known + forecast.wandering), np.inf)


def xyz_classes(error_cv: FloatArray) -> TextArray:
    """Return ``X``, ``Y`` or ``Z`` for each item.

    >>> xyz_classes(np.array([0.2, 0.5, 0.7, 1.4])).tolist()
    ['X', 'X', 'Y', 'Z']
    """
    return np.where(error_cv <= X_GREATEST_CV, "X", np.where(error_cv <= Y_GREATEST_CV, "Y", "Z"))


def demand_classes(history: ItemHistory) -> TextArray:
    """Return the form of each item's demand: how often it sells, and how its sales differ in size.

    The mean number of days on the shelf from sale to sale (1.32 and more: intermittent) and the squared coefficient
    of variation of the days that sold (0.49 and more: erratic); both together are lumpy.

    >>> units = [[4, 4, 4, 4], [1, 9, 1, 1], [0, 4, 0, 4], [0, 1, 0, 9], [0, 0, 0, 0]]
    >>> history = ItemHistory(dates=np.arange("2011-06-01", "2011-06-05", dtype="datetime64[D]"), units_sold=units,
    ...     fraction_in_stock=np.ones((5, 4)), unit_price=[5.0] * 5, unit_cost=[2.0] * 5, supplier=["S01"] * 5,
    ...     category=["mugs"] * 5)
    >>> demand_classes(history).tolist()
    ['smooth', 'erratic', 'intermittent', 'lumpy', 'none']
    """
    found = np.full(history.items, "none", dtype="<U12")
    for first in range(0, history.items, BLOCK_ITEMS):
        rows = np.arange(first, min(first + BLOCK_ITEMS, history.items))
        block = history.take(rows)
        units = block.units_sold.astype(np.float64)
        sales = (units > 0).sum(axis=1)
        days = np.maximum(sales, 1)
        mean = np.where(sales > 0, units.sum(axis=1) / days, 1.0)
        squared_cv = np.maximum(np.square(units).sum(axis=1) / days / np.square(mean) - 1.0, 0.0)
        is_rare = days_on_shelf(block).sum(axis=1) / days >= INTERMITTENT_DAYS_BETWEEN_SALES
        is_uneven = squared_cv >= ERRATIC_SQUARED_CV
        form = np.where(is_rare, np.where(is_uneven, "lumpy", "intermittent"), np.where(is_uneven, "erratic", "smooth"))
        found[rows] = np.where(sales > 0, form, "none")
    return found


def _limit(largest_first: FloatArray, share: float) -> float:
    """Return the revenue of the item with which ``share`` of all revenue is reached."""
    if largest_first.size == 0:
        return math.inf
    reached = np.cumsum(largest_first)
    return float(largest_first[int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))])
