"""Items that have stopped: runs of days without a sale that the item's own pace before makes incredible.

Such a run is no demand of zero and no missing stock that anybody recorded: the item was taken off, or nobody wants
it any more. Its level is kept as it was, the run teaches the level nothing, and what stock is worth holding follows
from how often such items come back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray

INCREDIBLE = 1e-5
"""The chance of so long a run, at the pace before it, under which the item counts as stopped."""
PACE_HALF_LIFE_DAYS = 56.0
LEAST_DAYS_OF_PACE = 20.0
LEAST_RUN_DAYS = 14
"""Easter, a stocktaking or a week of holidays stops nothing."""
AGES_DAYS = np.array([0.0, 28.0, 56.0, 112.0, 224.0])
"""Where the classes of age begin: the longer the silence, the rarer a return."""
PRIOR_RETURNS, PRIOR_DAYS = 0.5, 365.0
CLASS_WORTH_DAYS = 60.0
RETURN_DAYS, EARLIER_DAYS = 28, 112
_GREATEST_PACE = 0.97


@dataclass(frozen=True, eq=False)
class Silence:
    """Where items were silent, ``n`` items by ``d`` days."""

    is_stopped: BoolArray
    """(n, d) days of a run that has become incredible, from its first day on."""
    age_days: IntArray
    """(n,) days on the shelf in the run that still lasts, 0 where the item sells."""
    run_item: IntArray
    """(r,) the item of each run, runs in the order of items and days."""
    run_first_day: IntArray
    run_found_day: IntArray
    """(r,) on which the run had become incredible."""
    run_last_day: IntArray


@dataclass(frozen=True, eq=False)
class ReturnRates:
    """How often stopped items come back, a day, by the age of their silence."""

    per_day: FloatArray
    """(ages,)"""

    def of(self, age_days: IntArray) -> FloatArray:
        """Return the rate of each age, a day."""
        return self.per_day[_age_class(age_days)]


def find_silence(units: FloatArray, on_shelf: BoolArray) -> Silence:
    """Return where items have stopped. A day off the shelf neither lengthens a run nor ends it.

    The pace is the share of days with a sale, half-life eight weeks; it stands still while a run is half way to being
    incredible, or the run itself would make itself credible.
    """
    n, days = units.shape
    decay = np.exp2(-1.0 / PACE_HALF_LIFE_DAYS)
    limit = -np.log(INCREDIBLE)
    sales, seen_days, surprise = np.zeros(n), np.zeros(n), np.zeros(n)
    start = np.zeros(n, dtype=np.int64)
    stopped, run = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64)
    is_stopped = np.zeros((n, days), dtype=bool)
    # Day by day over all items: a day's values stand side by side.
    seen_by_day, sold_by_day = np.ascontiguousarray(on_shelf.T), np.ascontiguousarray((units > 0).T)
    runs: list[tuple[int, int, int]] = []
    for day in range(days):
        seen, sold = seen_by_day[day], sold_by_day[day]
        quiet = seen & ~sold
        pace = np.minimum(np.divide(sales, seen_days, out=np.zeros(n), where=seen_days > 0), _GREATEST_PACE)
        start = np.where(quiet & (run == 0), day, start)
        run = np.where(quiet, run + 1, np.where(seen, 0, run))
        counted = np.where(seen_days > LEAST_DAYS_OF_PACE, -np.log1p(-pace), 0.0)
        surprise = np.where(quiet, surprise + counted, np.where(seen, 0.0, surprise))
        was_stopped, stopped = stopped, np.where(seen, quiet & (surprise > limit) & (run >= LEAST_RUN_DAYS), stopped)
        for item in np.flatnonzero(stopped & ~was_stopped).tolist():
            is_stopped[item, start[item] : day] = True
            runs.append((item, int(start[item]), day))
        is_stopped[:, day] = stopped
        learns = seen & (surprise <= limit / 2)
        sales = np.where(learns, sales * decay + sold, sales)
        seen_days = np.where(learns, seen_days * decay + 1.0, seen_days)
    age = np.where(stopped, run, 0)
    first = np.array(sorted(runs), dtype=np.int64).reshape(-1, 3)
    ends = np.diff(np.hstack([is_stopped, np.zeros((n, 1), dtype=bool)]).astype(np.int8), axis=1) == -1
    return Silence(is_stopped, age, first[:, 0], first[:, 1], first[:, 2], np.nonzero(ends)[1])


def fit_return_rates(blocks: Iterable[tuple[FloatArray, Silence]]) -> ReturnRates:
    """Return how often stopped items came back; one that sells a third of before counts a third of a return.

    ``blocks`` are units ``(n, d)`` and their silence.
    """
    parts = [_ended_runs(units, silence) for units, silence in blocks]
    length = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    found = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0)
    strength = np.concatenate([part[2] for part in parts]) if parts else np.zeros(0)
    classes = np.append(AGES_DAYS, np.inf)
    exposure = np.array(
        [
            np.clip(np.minimum(length, above) - np.maximum(found, below), 0.0, None).sum()
            for below, above in itertools.pairwise(classes)
        ]
    )
    age_class = _age_class(length)
    returns = np.array([np.sort(strength[age_class == age]).sum() for age in range(AGES_DAYS.size)])
    overall = (returns.sum() + PRIOR_RETURNS) / (exposure.sum() + PRIOR_DAYS)
    return ReturnRates((returns + overall * CLASS_WORTH_DAYS) / (exposure + CLASS_WORTH_DAYS))


def _ended_runs(units: FloatArray, silence: Silence) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return of each run its length, the days until it was found, and how much of the old pace came back after it."""
    item, first, last = silence.run_item, silence.run_first_day, silence.run_last_day
    days = units.shape[1]
    sold = np.hstack([np.zeros((units.shape[0], 1)), units.cumsum(axis=1)])
    # An item that faded before it fell silent comes back to little: hold it to its better days.
    recent = _pace(sold, item, np.maximum(first - RETURN_DAYS, 0), first)
    earlier = _pace(sold, item, np.maximum(first - EARLIER_DAYS, 0), first)
    before = np.maximum(recent, earlier)
    after = _pace(sold, item, last + 1, np.minimum(last + 1 + RETURN_DAYS, days))
    strength = np.minimum(np.divide(after, before, out=np.ones_like(after), where=before > 0), 1.0)
    has_ended = last < days - 1
    return last - first + 1, (silence.run_found_day - first + 1).astype(np.float64), np.where(has_ended, strength, 0.0)


def _pace(sold: FloatArray, item: IntArray, first: IntArray, beyond: IntArray) -> FloatArray:
    """Return units a day from ``first`` to before ``beyond``; 0 for no days."""
    return np.asarray((sold[item, beyond] - sold[item, first]) / np.maximum(beyond - first, 1), dtype=np.float64)


def _age_class(age_days: IntArray) -> IntArray:
    return np.maximum(np.searchsorted(AGES_DAYS, age_days, side="right") - 1, 0)
