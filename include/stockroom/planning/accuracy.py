"""What forecasts were worth, once their days have passed: pinball loss, bias and how often quantiles held.

Never a percentage error: it forgives a forecast of nothing, and has no value on a day without demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray

COVERAGE_LEVELS = (0.5, 0.9, 0.98)


@dataclass(frozen=True, eq=False)
class Judged:
    """Forecasts of ``n`` items against the demand that followed."""

    units_forecast: FloatArray
    """(n,) expected over the interval."""
    units_demanded: FloatArray
    """(n,) mean over the equally likely intervals."""
    pinball_units: FloatArray
    """(n,) mean over the quantiles and the intervals."""
    within: FloatArray
    """(n, 3) share of the intervals whose demand was at most the quantile, at ``COVERAGE_LEVELS``."""
    below: FloatArray
    """(n, 3) share whose demand was less than it: of whole units, what was asked for lies between the two."""


@dataclass(frozen=True)
class Score:
    """What the forecasts of a group of items were worth."""

    items: int
    units_forecast: float
    units_demanded: float
    pinball_units: float
    """Mean over the items."""
    within: tuple[float, ...]
    below: tuple[float, ...]

    @property
    def bias_share(self) -> float | None:
        """Return what was forecast beyond demand, as a share of it: over 0 too much; ``None``: nothing was wanted."""
        return self.units_forecast / self.units_demanded - 1.0 if self.units_demanded > 0 else None

    @property
    def pinball_share(self) -> float | None:
        """Return the loss over all items as a share of their demand; ``None``: nothing was wanted."""
        return self.pinball_units * self.items / self.units_demanded if self.units_demanded > 0 else None


def demand_over(daily_units: IntArray, interval_days: FloatArray) -> IntArray:
    """Return ``(n, cases)`` the demand of the first days of ``daily_units (n, d)``, intervals in whole days.

    Rounded to the nearest day: over many cases that is neither long nor short.

    >>> demand_over(np.array([[3, 0, 5, 1]]), np.array([[0.4, 2.0, 2.6]])).tolist()
    [[0, 3, 8]]
    """
    reached = np.hstack([np.zeros((daily_units.shape[0], 1), dtype=np.int64), daily_units.cumsum(axis=1)])
    return np.asarray(np.take_along_axis(reached, whole_days(interval_days), axis=1), dtype=np.int64)


def whole_days(interval_days: FloatArray) -> IntArray:
    """Return intervals in whole days, as they are judged."""
    return np.rint(interval_days).astype(np.int64)


def judge(
    quantile_units: IntArray, levels: Sequence[float], units_forecast: FloatArray, demand_units: IntArray
) -> Judged:
    """Return each item's forecast against its demand; ``quantile_units`` is (n, levels), ``demand_units`` (n, cases).

    Pinball loss of a quantile ``q`` at level ``a`` and a demand ``y``: ``a (y - q)`` where demand was more, ``(1 - a)
    (q - y)`` where it was less (Koenker & Bassett 1978).

    Of a demand of 12, with the middle forecast at 10 and the 90 % point at 15, the losses are 1 and 0.3:

    >>> mug = judge(np.array([[10, 15]]), (0.5, 0.9), np.array([10.0]), np.array([[12]]))
    >>> [round(float(mug.pinball_units[0]), 2), *mug.within[0].tolist()]
    [0.65, 0.0, 1.0]
    """
    level = np.asarray(levels, dtype=np.float64)[:, None]
    short = demand_units[:, None, :] - quantile_units[:, :, None].astype(np.float64)
    loss = np.maximum(level * short, (level - 1.0) * short)
    chosen = [row for row, value in enumerate(levels) if value in COVERAGE_LEVELS]
    return Judged(
        units_forecast=units_forecast,
        units_demanded=demand_units.mean(axis=1),
        pinball_units=loss.mean(axis=(1, 2)),
        within=(short[:, chosen] <= 0).mean(axis=2),
        below=(short[:, chosen] < 0).mean(axis=2),
    )


def score(judged: Judged, rows: BoolArray) -> Score:
    """Return what the forecasts of some items, at least one, were worth."""
    return Score(
        items=int(rows.sum()),
        units_forecast=float(judged.units_forecast[rows].sum()),
        units_demanded=float(judged.units_demanded[rows].sum()),
        pinball_units=float(judged.pinball_units[rows].mean()),
        within=tuple(judged.within[rows].mean(axis=0).tolist()),
        below=tuple(judged.below[rows].mean(axis=0).tolist()),
    )


def members(labels: TextArray) -> dict[str, BoolArray]:
    """Return which items are of each class, by its label."""
    return {str(label): labels == label for label in np.unique(labels)}
