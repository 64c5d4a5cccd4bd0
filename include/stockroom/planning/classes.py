"""Which items matter: ABC by revenue, and the fast movers (the top 20 % by velocity)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, TextArray

A_SHARE_OF_REVENUE = 0.80
B_SHARE_OF_REVENUE = 0.95
FAST_MOVER_SHARE_OF_ITEMS = 0.20


@dataclass(frozen=True)
class ClassLimits:
    """Where the classes begin, fitted over all items so that one item can be classed alone."""

    a_revenue_per_day: float
    b_revenue_per_day: float
    fast_mover_units_per_day: float


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


def _limit(largest_first: FloatArray, share: float) -> float:
    """Return the revenue of the item with which ``share`` of all revenue is reached."""
    if largest_first.size == 0:
        return math.inf
    reached = np.cumsum(largest_first)
    return float(largest_first[int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))])
