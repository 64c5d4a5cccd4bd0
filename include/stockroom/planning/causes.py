"""What promotions and planned prices do to demand: measured over categories, believed as far as it was seen.

A promoted day sells ``exp(uplift + elasticity x cut)`` times what the item sells around it, ``cut`` being the logarithm
of the usual price over the promoted one. Both are Poisson regressions of promoted units by category and week on what
the items' own levels let expect (an offset, so that no item needs a parameter of its own); a category leans on all,
and all on a stated prior.

A price that planners set for some days teaches and counts the same, but for the uplift: nobody announced it.

Only what was planned counts. A shop that cuts a price because an item sells badly would teach that lower prices sell
less (0.1 was found where the truth was 2.0). So the cut of a promoted day is what the promotion announced to take off
or, where it announced no share, the price against the next ones without a promotion; any other change of price is part
of the level that the days around show.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.history import ItemHistory
from stockroom.planning.look_back import bounded, censored_days, days_on_shelf
from stockroom.planning.season import Seasons

AROUND_DAYS = 28
"""The level of a promoted day is that of the unpromoted days so near to it, before and after."""
LEAST_DAYS_AROUND = 7.0
PRIOR = np.array([0.0, 1.0])
"""Before anything was seen: an announcement alone sells nothing, and a cut sells so much more that revenue stays."""
PRIOR_SD = np.array([0.5, 1.0])
CATEGORY_SD = np.array([0.25, 0.5])
"""How far one category's uplift and elasticity lie from those of all."""
LEAST_CELLS = 3
"""Fewer promoted weeks teach nothing."""
GREATEST_TIMES = 8.0
"""No day is expected to sell more than eight times, or less than an eighth of, what the item sells by itself."""
GREATEST_CUT = 1.5
CUT_STEP = 0.02
GREATEST_SHARE_OFF = 0.95


@dataclass(frozen=True, eq=False)
class Causes:
    """What being promoted and what a price do, by category; the last row is all items together."""

    categories: TextArray
    uplift: FloatArray
    """(categories + 1,) log of how many times as much is sold by being promoted at the usual price; 0 or more."""
    elasticity: FloatArray
    """(categories + 1,) percent more units per percent off the price; 0 or more."""
    uplift_sd: FloatArray | None = None
    """(categories + 1,) standard deviation of what is believed; ``None`` of pools kept before it was."""
    elasticity_sd: FloatArray | None = None

    def times(self, category: TextArray, is_promoted: BoolArray, cut: FloatArray) -> FloatArray:
        """Return ``(n, days)`` how many times as much is sold; 1 where nothing is planned."""
        row = self.row_of(category)[:, None]
        grows = self.uplift[row] * is_promoted + self.elasticity[row] * cut
        return np.asarray(np.exp(np.clip(grows, -np.log(GREATEST_TIMES), np.log(GREATEST_TIMES))), dtype=np.float64)

    def row_of(self, category: TextArray) -> IntArray:
        """Return where each category's values stand; the last row for one that was never promoted."""
        if self.categories.size == 0:
            return np.zeros(category.size, dtype=np.int64)
        row = np.minimum(np.searchsorted(self.categories, category), self.categories.size - 1)
        return np.where(self.categories[row] == category, row, self.categories.size)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Promoted days added up: one row per category, week and depth of the cut."""

    category: TextArray
    is_promoted: FloatArray
    """1 of promoted days, 0 of days with a planned price alone."""
    cut: FloatArray
    units: FloatArray
    expected: FloatArray

    def of(self, category: str) -> _Cells:
        rows = self.category == category
        return _Cells(*(column[rows] for column in vars(self).values()))


def fit_causes(blocks: Iterable[ItemHistory], seasons: Seasons) -> Causes:
    """Return what promotions have done so far; where none are known, the prior."""
    cells = _add_up([_planned_days(block, seasons) for block in blocks if is_planned(block) is not None])
    all_mean, all_sd = _believed(PRIOR, PRIOR_SD, cells)
    categories = np.unique(cells.category)
    found = [_believed(all_mean, CATEGORY_SD, cells.of(category)) for category in categories.tolist()]
    means = np.vstack([*(mean for mean, _ in found), all_mean])
    # A category is known no better than what it leans on; the last row stands for one that was never promoted.
    spreads = np.vstack([*(sd for _, sd in found), CATEGORY_SD])
    spreads = np.hypot(spreads, all_sd)
    return Causes(categories, means[:, 0].copy(), means[:, 1].copy(), spreads[:, 0].copy(), spreads[:, 1].copy())


def is_promoted(history: ItemHistory) -> BoolArray | None:
    """Return which of the known days were promoted; ``None`` where nobody tells."""
    if history.promotion is None:
        return None
    return np.asarray(history.promotion[:, : history.dates.size] > 0, dtype=np.bool_)


def is_planned(history: ItemHistory) -> BoolArray | None:
    """Return which of the known days were promoted or had a planned price; ``None`` where nobody tells."""
    promoted = is_promoted(history)
    if history.price_off is None:
        return promoted
    priced = np.asarray(history.price_off[:, : history.dates.size] != 0, dtype=np.bool_)
    return priced if promoted is None else priced | promoted


def past_times(history: ItemHistory, causes: Causes) -> FloatArray | None:
    """Return ``(n, d)`` how many times as much each known day was expected to sell; ``None`` where nobody tells."""
    if is_planned(history) is None:
        return None
    promoted, cut = _past_plan(history)
    return causes.times(history.category, promoted, cut)


def times_ahead(history: ItemHistory, causes: Causes) -> FloatArray:
    """Return ``(n, horizon)`` how many times as much each day from the plan date on will sell by what is planned.

    By what promotions announce to take off; else by the day's price against the last one without a promotion.
    """
    known = history.dates.size
    panels = [panel for panel in (history.promotion, history.price_off, history.price) if panel is not None]
    shape = (history.items, max((panel.shape[1] - known for panel in panels), default=0))
    share, cut, is_announced = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    if history.price is not None:
        planned = _log(history.price[:, known:])
        cut[:, : planned.shape[1]] = _bounded_cut(_usual_log_price(history)[:, None] - planned)
    if history.price_off is not None:
        off = history.price_off[:, known:]
        cut[:, : off.shape[1]] += _announced(off.astype(np.float64))
    if history.promotion is not None:
        ahead = history.promotion[:, known:]
        share[:, : ahead.shape[1]] = ahead
        is_announced = share > 0
        if ahead.dtype.kind != "b":
            cut = np.where(is_announced, _announced(share), cut)
    return causes.times(history.category, is_announced, cut)


def planned_changes(times: FloatArray) -> list[list[tuple[float, float, float]]]:
    """Return per item the runs of days that sell other than usual: ``(from_days, until_days, times)``.

    >>> planned_changes(np.array([[1.0, 2.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0]]))
    [[(1.0, 3.0, 2.0)], []]
    """
    runs: list[list[tuple[float, float, float]]] = [[] for _ in range(times.shape[0])]
    for item in np.flatnonzero((times != 1.0).any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(times[item], prepend=np.nan, append=np.nan) != 0)
        for first, beyond in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if times[item, first] != 1.0:
                runs[item].append((float(first), float(beyond), float(times[item, first])))
    return runs


_Weeks: TypeAlias = tuple[TextArray, IntArray, IntArray, IntArray, FloatArray, FloatArray]


def _planned_days(history: ItemHistory, seasons: Seasons) -> _Weeks:
    """Return the planned weeks of a block: category, week, promoted or not, step of the cut, units, and expected units.

    Expected as the item's own level around lets hope.
    """
    planned = is_planned(history)
    if planned is None:
        raise ValueError("neither promotion nor price_off is given")
    promoted, cut = _past_plan(history)
    shelf = days_on_shelf(history)
    speaks = (shelf > 0) & ~censored_days(history)
    units = bounded(history.units_sold.astype(np.float64))
    exposure = np.where(speaks, shelf, 0.0) * seasons.index(history.category, history.dates)
    usual = speaks & ~planned
    offered = _sum_around(np.where(usual, exposure, 0.0))
    sold = _sum_around(np.where(usual, units, 0.0))
    expected = np.divide(sold, offered, out=np.zeros_like(sold), where=offered >= LEAST_DAYS_AROUND) * exposure
    item, day = np.nonzero(planned & speaks & (expected > 0))
    step = np.rint(cut[item, day] / CUT_STEP).astype(np.int64)
    announced = promoted[item, day].astype(np.int64)
    first = _first_of_runs(item, day // 7, announced, step)
    sold, hoped = _sums_of_runs(units[item, day], first), _sums_of_runs(expected[item, day], first)
    return history.category[item[first]], day[first] // 7, announced[first], step[first], sold, hoped


def _add_up(parts: list[_Weeks]) -> _Cells:
    """Return the sums by category, week, promotion and step, over sorted values: the order of items changes no bit."""
    if not parts:
        nothing = np.zeros(0)
        return _Cells(np.zeros(0, dtype="<U1"), nothing, nothing, nothing, nothing)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort(columns[::-1])
    category, week, announced, step, units, expected = (column[order] for column in columns)
    first = _first_of_runs(category, week, announced, step)
    return _Cells(
        category[first],
        announced[first].astype(np.float64),
        step[first] * CUT_STEP,
        _sums_of_runs(units, first),
        _sums_of_runs(expected, first),
    )


def _first_of_runs(*keys: npt.NDArray[np.generic]) -> IntArray:
    """Return where a run of rows with the same keys begins."""
    is_new = np.ones(keys[0].size, dtype=bool)
    is_new[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(is_new)


def _sums_of_runs(values: FloatArray, first: IntArray) -> FloatArray:
    return np.add.reduceat(values, first) if first.size else values


def _believed(prior: FloatArray, prior_sd: FloatArray, cells: _Cells) -> tuple[FloatArray, FloatArray]:
    """Return uplift and elasticity between the prior and what the cells say, neither under 0, and their doubt.

    By the information of the regression: what the cells cannot tell apart (every cut equally deep), the prior does.
    """
    if cells.units.size < LEAST_CELLS or cells.units.sum() <= 0:
        return prior, prior_sd
    from statsmodels.genmod import families  # slow to import, and seldom needed
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    facts = np.column_stack([cells.is_promoted, cells.cut])
    # Where every cut was equally deep, one number fits as well as two; which two is the prior's to say.
    wanted = [0, 1] if np.linalg.matrix_rank(facts) == 2 else [0] if cells.is_promoted.any() else [1]
    asked = facts[:, wanted]
    with warnings.catch_warnings():
        # Three weeks that fit to the dot are no news for anybody: the prior keeps them sober.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fitted = GLM(cells.units, asked, family=families.Poisson(), offset=np.log(cells.expected)).fit(scale=1.0)
    found = np.zeros(2)
    found[wanted] = fitted.params
    mean = np.asarray(fitted.fittedvalues)
    spread = max(float((np.square(cells.units - mean) / mean).sum()) / max(cells.units.size - 2, 1), 1.0)
    information = facts.T @ (facts * mean[:, None]) / spread
    precision = information + np.diag(prior_sd**-2.0)
    centre = np.linalg.solve(precision, information @ found + prior / prior_sd**2)
    return _not_negative(centre, precision), np.sqrt(np.diag(np.linalg.inv(precision)))


def _not_negative(centre: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the likeliest pair without a negative member; what one member gives up, the other takes."""
    if centre.min() >= 0:
        return centre
    lower = int(centre.argmin())
    other = 1 - lower
    kept = np.zeros(2)
    kept[other] = max(centre[other] + precision[other, lower] / precision[other, other] * centre[lower], 0.0)
    return kept


def _past_plan(history: ItemHistory) -> tuple[BoolArray, FloatArray]:
    """Return ``(n, d)`` which known days were promoted, and how deep the planned cut of each was; 0 where none was.

    Of a promoted day what the promotion announced counts, whatever price was planned beside it.
    """
    known = history.dates.size
    promoted = is_promoted(history)
    cut = np.zeros((history.items, known))
    if history.price_off is not None:
        cut = _announced(history.price_off[:, :known].astype(np.float64))
    if promoted is None:
        return np.zeros(cut.shape, dtype=np.bool_), cut
    return promoted, np.where(promoted, _past_cut(history, promoted), cut)


def _past_cut(history: ItemHistory, promoted: BoolArray) -> FloatArray:
    """Return ``(n, d)`` how deep the announced cut of each promoted day was."""
    if history.promotion is None:
        raise ValueError("promotion is not given")
    share = history.promotion[:, : promoted.shape[1]]
    if share.dtype.kind != "b":
        return _announced(share.astype(np.float64))
    if history.price is None:
        return np.zeros(share.shape)
    log_price = _log(history.price[:, : promoted.shape[1]])
    unpromoted = np.where(promoted, np.nan, log_price)
    sides = np.stack([_last_known(unpromoted), _last_known(unpromoted[:, ::-1])[:, ::-1]])
    heard = ~np.isnan(sides)
    usual = np.where(heard, sides, 0.0).sum(axis=0) / np.maximum(heard.sum(axis=0), 1)
    return _bounded_cut(np.where(heard.any(axis=0), usual - log_price, 0.0))


def _usual_log_price(history: ItemHistory) -> FloatArray:
    """Return the logarithm of the last price without a promotion, or of ``unit_price``."""
    usual = _log(history.unit_price)
    if history.price is None:
        return usual
    promoted = is_promoted(history)
    log_price = _log(history.price[:, : history.dates.size])
    last = _last_known(log_price if promoted is None else np.where(promoted, np.nan, log_price))[:, -1]
    return np.where(np.isnan(last), usual, last)


def _last_known(values: FloatArray) -> FloatArray:
    """Return each day's value, or else the last one before it that is not NaN."""
    day = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.asarray(np.take_along_axis(values, np.maximum.accumulate(day, axis=1), axis=1), dtype=np.float64)


def _announced(share_off: FloatArray) -> FloatArray:
    return _bounded_cut(-np.log1p(-np.minimum(share_off, GREATEST_SHARE_OFF)))


def _bounded_cut(cut: FloatArray) -> FloatArray:
    return np.clip(np.nan_to_num(cut), -GREATEST_CUT, GREATEST_CUT)


def _log(price: FloatArray) -> FloatArray:
    """Return the logarithm, NaN where a price is unknown or 0."""
    known = np.nan_to_num(price) > 0
    return np.where(known, np.log(np.where(known, price, 1.0)), np.nan)


def _sum_around(values: FloatArray) -> FloatArray:
    """Return the sum over the 28 days before and after each day, and the day itself."""
    days = values.shape[1]
    total = np.hstack([np.zeros((values.shape[0], 1)), values.cumsum(axis=1)])
    day = np.arange(days)
    first, beyond = np.maximum(day - AROUND_DAYS, 0), np.minimum(day + AROUND_DAYS + 1, days)
    return np.asarray(total[:, beyond] - total[:, first], dtype=np.float64)
