"""The shape of the week and of the year, by category; a single item has too little history for either."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray

YEAR_DAYS = 365
LEAST_DAYS_FOR_A_YEAR = 2 * YEAR_DAYS
"""From one year alone, season and trend cannot be told apart."""
SMOOTHING_DAYS = 21.0
TRUST = 0.85
"""The share of the measured season that is believed: next year's is never quite last year's."""
LEAST_LEVEL = 0.05
GREATEST_RATIO = 15.0
"""A day beyond so many times the item's level counts as that: one wholesale order is no season."""
CATEGORY_WORTH_ITEMS = 10.0
NO_SEASON_WORTH = 20.0
"""How much "every day is alike" weighs beside what was measured, in days of an item that sells one a day."""
LEAST_INDEX, GREATEST_INDEX = 0.02, 6.0


@dataclass(frozen=True, eq=False)
class Seasons:
    """Index of each category by weekday and by day of the year, 1 on average."""

    categories: TextArray
    by_weekday: FloatArray
    """(categories + 1, 7) Monday first; the last row is all items together, for a category never seen."""
    by_day_of_year: FloatArray
    """(categories + 1, 365)"""

    def index(self, category: TextArray, dates: DateArray) -> FloatArray:
        """Return ``(n, days)`` what those days sell, 1 being an average day."""
        return np.asarray(self._of(dates)[self.row_of(category)], dtype=np.float64)

    def row_of(self, category: TextArray) -> IntArray:
        """Return the row of each category in the tables."""
        if self.categories.size == 0:
            return np.zeros(category.size, dtype=np.int64)
        row = np.minimum(np.searchsorted(self.categories, category), self.categories.size - 1)
        return np.where(self.categories[row] == category, row, self.categories.size)

    def cumulative(self, dates: DateArray) -> FloatArray:
        """Return ``(categories + 1, days + 1)`` the index summed over the first 0, 1, 2, … of ``dates``."""
        index = self._of(dates)
        return np.hstack([np.zeros((index.shape[0], 1)), index.cumsum(axis=1)])

    def _of(self, dates: DateArray) -> FloatArray:
        return self.by_weekday[:, _weekday(dates)] * self.by_day_of_year[:, _day_of_year(dates)]


def fit_seasons(units: FloatArray, on_shelf: BoolArray, dates: DateArray, category: TextArray) -> Seasons:
    """Return the week's shape, and the year's where at least two years are known.

    Every item is measured against its own level, so that a best-seller does not decide; a category leans on all items
    while it holds few.
    """
    categories, row = np.unique(category, return_inverse=True)
    weekday = _shape(units, on_shelf, row, categories.size, _weekday(dates), 7, around_days=7)
    year = np.ones((categories.size + 1, YEAR_DAYS))
    if dates.size >= LEAST_DAYS_FOR_A_YEAR:
        year = _shape(units, on_shelf, row, categories.size, _day_of_year(dates), YEAR_DAYS, around_days=YEAR_DAYS)
        year = 1.0 + TRUST * (year - 1.0)
    return Seasons(categories, weekday, year)


def _shape(
    units: FloatArray,
    on_shelf: BoolArray,
    row: IntArray,
    rows: int,
    slot: IntArray,
    slots: int,
    *,
    around_days: int,
) -> FloatArray:
    """Return ``(rows + 1, slots)`` the mean ratio of a day to the level around it, each row leaning on all items."""
    sold, expected = np.zeros((rows, slots)), np.zeros((rows, slots))
    for group in range(rows):
        items = np.flatnonzero(row == group)
        ratio, weight = _ratios(units[items], on_shelf[items], around_days)
        sold[group] = np.bincount(slot, np.sort(ratio * weight, axis=0).sum(axis=0), slots)
        expected[group] = np.bincount(slot, np.sort(weight, axis=0).sum(axis=0), slots)
    if slots == YEAR_DAYS:
        sold, expected = _blur(sold), _blur(expected)
    everything = _normal(sold.sum(axis=0) + NO_SEASON_WORTH, expected.sum(axis=0) + NO_SEASON_WORTH)
    own = np.vstack([_normal(sold[group], expected[group]) for group in range(rows)] or [np.ones((0, slots))])
    members = np.bincount(row, minlength=rows)[:, None]
    share = members / (members + CATEGORY_WORTH_ITEMS)
    return np.vstack([share * own + (1.0 - share) * everything, everything[None, :]])


def _ratios(units: FloatArray, on_shelf: BoolArray, around_days: int) -> tuple[FloatArray, FloatArray]:
    """Return each day over the mean of the days around it, and its weight: the root of the level."""
    level = _mean_around(units * on_shelf, around_days) / np.maximum(
        _mean_around(on_shelf.astype(np.float64), around_days), 1e-9
    )
    counts = on_shelf & (level > LEAST_LEVEL)
    ratio = np.minimum(units / np.maximum(level, LEAST_LEVEL), GREATEST_RATIO)
    return np.where(counts, ratio, 0.0), np.where(counts, np.sqrt(level), 0.0)


def _mean_around(values: FloatArray, days: int) -> FloatArray:
    """Return the mean of the ``days`` days around each day, fewer at the edges."""
    total = np.hstack([np.zeros((values.shape[0], 1)), values.cumsum(axis=1)])
    day = np.arange(values.shape[1])
    first, beyond = np.maximum(day - days // 2, 0), np.minimum(day + days // 2 + 1, values.shape[1])
    return np.asarray((total[:, beyond] - total[:, first]) / (beyond - first), dtype=np.float64)


def _blur(values: FloatArray) -> FloatArray:
    """Return each row smoothed around the year by a bell of three weeks."""
    offset = np.arange(YEAR_DAYS)
    distance = np.minimum(offset, YEAR_DAYS - offset)
    bell = np.exp(-0.5 * (distance / SMOOTHING_DAYS) ** 2)
    kernel = bell[(offset[:, None] - offset[None, :]) % YEAR_DAYS]
    return np.array([(kernel * value[None, :]).sum(axis=1) for value in values]).reshape(values.shape)


def _normal(sold: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the ratio, scaled to a mean of 1 and kept within bounds; 1 where nothing is known."""
    ratio = np.divide(sold, expected, out=np.ones_like(sold), where=expected > 0)
    mean = ratio.mean()
    return np.clip(ratio / mean if mean > 0 else np.ones_like(ratio), LEAST_INDEX, GREATEST_INDEX)


def _weekday(dates: DateArray) -> IntArray:
    """Return 0 for a Monday to 6 for a Sunday."""
    return np.asarray((dates.astype("datetime64[D]").astype(np.int64) + 3) % 7, dtype=np.int64)


def _day_of_year(dates: DateArray) -> IntArray:
    """Return 0 for 1 January to 364; 31 December of a leap year shares the 30th's place."""
    days = dates.astype("datetime64[D]")
    day = (days - days.astype("datetime64[Y]")).astype(np.int64)
    return np.asarray(np.minimum(day, YEAR_DAYS - 1), dtype=np.int64)
