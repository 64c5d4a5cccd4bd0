"""What will sell over an interval: a mean and a variance per item, learned from how well earlier forecasts did.

Every item is smoothed at seven speeds. Standing on each of the last half year's Sundays, so to say, every speed
forecasts the demand of the interval that followed; its errors decide its weight in this item's forecast, thin evidence
leaning on how the speeds do over all items. The same look back tells how far the truth lies from the forecast: the
day's own dispersion, and a wandering of the level that no averaging removes. Both are calibrated by coverage, class
by class of volume, and then moved by each item's own record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.history import ItemHistory
from stockroom.planning.negative_binomial import reach
from stockroom.planning.season import Seasons, fit_seasons
from stockroom.planning.silence import ReturnRates, Silence, find_silence, fit_return_rates
from stockroom.planning.smoothing import HALF_LIVES_DAYS, smooth

BLOCK_ITEMS = 2048
"""Items at a time: the panels of one block fit the processor's cache and bound a plan's memory."""
LOOK_EVERY_DAYS = 7
LOOK_BACK_DAYS = 182
LEAST_DAYS_BEFORE_LOOK = 28
INTERVALS_DAYS = np.array([7, 14, 28, 56])
"""Forecasts are judged over the one of these that is nearest to the item's own interval."""
OLD_ERRORS_HALF_LIFE_DAYS = 90.0
LEAST_EVIDENCE_DAYS = 20.0
LEAST_SHARE_OF_WINDOW = 0.7
POOL_WORTH_LOOKS = 6.0
"""How many looks back the record of all items is worth beside the item's own."""
SHARPNESS_DOUBLINGS = 2
"""A speed's weight is its error to the power of minus 2 ** 2: the best few speak, the rest hardly."""
DISPERSION_HALF_LIFE_DAYS = 112.0
FREAK_MULTIPLE, FREAK_RANK, LEAST_BOUND_UNITS = 30.0, 2, 300.0
"""No day counts for more than thirty times the item's second largest day, or 300 units: an order of 74,215 is no
demand, while a wholesale order that has come before is."""
SALE_WORTH_DAYS = 2.0
"""What one more day with a sale says beyond the day itself: five sales in a week are no accident, one is."""
CENSORED_PASSES = 3
"""How often the dispersion is measured anew with what sold-out days are thought to have hidden."""
DISPERSION_DAYS = 672
"""Six half-lives: what is older weighs under 2 %."""
DISPERSION_WORTH_SALES = 2.0
LEAST_DISPERSION = 1.05
VOLUME_CLASSES = np.array([2.0, 8.0, 32.0, 128.0, 512.0])
"""Where classes of expected units over the interval begin."""
CALIBRATED_LEVEL = 0.93
"""The coverage that the variance is set for: about where money puts most reorder points."""
WANDERINGS = np.array([0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2])
"""Candidates for the squared coefficient of variation of the level over one interval."""
DEFAULT_WANDERING = 0.15
CLASS_WORTH_LOOKS = 50.0
OWN_RECORD_WORTH_LOOKS = 8.0
GREATEST_SURPRISE = 4.0
"""A squared error beyond so many variances counts as that: one freak order must not fill a shelf for ever."""
_LEAST_UNITS_TO_JUDGE = 0.5


@dataclass(frozen=True, eq=False)
class ForecastPools:
    """What all items say together."""

    seasons: Seasons
    returns: ReturnRates
    error_of_speed: FloatArray
    """(speeds,) mean squared error over the forecast, relative to the mean of all speeds."""
    dispersion: float
    """Typical variance of one day over its mean."""
    wandering: FloatArray
    """(volume classes,) squared coefficient of variation of the level over an interval."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """The demand of each item on an average day, and how uncertain an interval of it is.

    The variance of an interval's demand with mean ``m`` is ``dispersion m + wandering m**2``.
    """

    units_per_day: FloatArray
    """At the item's level; the season's index multiplies it. Of a stopped item: as before it stopped."""
    dispersion: FloatArray
    wandering: FloatArray
    stopped_days: IntArray
    """How long the item has been silent beyond belief; 0: it sells."""
    returns_per_year: FloatArray
    """Of stopped items; 0 of those that sell."""
    evidence_days: FloatArray
    """How many days the level rests on, old ones counting less; every further day with a sale counts for three."""


@dataclass(frozen=True, eq=False)
class _Looks:
    """One block's look back: ``(looks, n)``, newest first."""

    levels: FloatArray
    """(looks, speeds, n)"""
    exposure: FloatArray
    """Of the interval after each look, in average days."""
    demand: FloatArray
    weight: FloatArray
    """0 where the look does not count."""
    level_now: FloatArray
    """(speeds, n)"""
    dispersion: FloatArray
    """(n,) own, not yet shrunk."""
    sales: FloatArray
    """(n,) recent days with a sale, which the own dispersion rests on."""
    evidence_now: FloatArray
    """(n,) days that the level rests on."""


def fit_forecast_pools(history: ItemHistory, interval_days: FloatArray) -> ForecastPools:
    """Return what all items say together about seasons, speeds, dispersion and the wandering of levels.

    Sums are taken over sorted values, so that the order of items changes no bit.
    """
    on_shelf = _shelf(history, slice(None)) > 0
    seasons = fit_seasons(history.units_sold.astype(np.float64), on_shelf, history.dates, history.category)
    seen = [_look_back(history, rows, seasons, interval_days[rows]) for rows in _blocks(history.items)]
    returns = _pool_returns(history, [silence for _, silence in seen])
    looks = _join([looks for looks, _ in seen])
    error = _pooled_error(looks)
    dispersion = _pooled_dispersion(looks)
    pools = ForecastPools(seasons, returns, error, dispersion, np.full(VOLUME_CLASSES.size + 1, DEFAULT_WANDERING))
    return ForecastPools(seasons, returns, error, dispersion, _calibrate(looks, pools))


def forecast_items(history: ItemHistory, interval_days: FloatArray, pools: ForecastPools) -> Forecast:
    """Return each item's forecast; it depends on the item and the pools alone."""
    parts = []
    for rows in _blocks(history.items):
        looks, silence = _look_back(history, rows, pools.seasons, interval_days[rows])
        weights = _speed_weights(looks, pools.error_of_speed)
        level = (looks.level_now * weights).sum(axis=0)
        dispersion = _shrunk_dispersion(looks, pools.dispersion)
        mean = (looks.levels * weights).sum(axis=1) * looks.exposure
        base = level * interval_days[rows]
        wandering = pools.wandering[np.searchsorted(VOLUME_CLASSES, base, side="right")]
        record = _own_record(looks, mean, dispersion, pools.wandering)
        age = silence.age_days
        evidence = looks.evidence_now + SALE_WORTH_DAYS * np.maximum(looks.sales - 1.0, 0.0)
        returns = np.where(age > 0, pools.returns.of(age) * 365.0, 0.0)
        parts.append(Forecast(level, dispersion * record, wandering * record, age, returns, evidence))
    return Forecast(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Forecast.__dataclass_fields__)
    )


def _blocks(items: int) -> list[slice]:
    return [slice(first, min(first + BLOCK_ITEMS, items)) for first in range(0, max(items, 1), BLOCK_ITEMS)]


def _shelf(history: ItemHistory, rows: slice) -> FloatArray:
    """Return the part of each day on the shelf.

    A day that sold was not empty, whatever was recorded; an unrecorded day before the first sale is before the launch.
    """
    units = history.units_sold[rows]
    sold = units > 0
    is_launched = np.logical_or.accumulate(sold, axis=1)
    if history.fraction_in_stock is None:
        return is_launched.astype(np.float64)
    known = history.fraction_in_stock[rows]
    unknown = np.isnan(known)
    return np.where(unknown, is_launched, np.where((known == 0) & sold, 1.0, known))


def _look_back(
    history: ItemHistory, rows: slice, seasons: Seasons, interval_days: FloatArray
) -> tuple[_Looks, Silence]:
    """Return what earlier forecasts of a block of items knew, and what then came."""
    units = _bounded(history.units_sold[rows].astype(np.float64))
    shelf = _shelf(history, rows)
    silence = find_silence(units, shelf > 0)
    sells = (shelf > 0) & ~silence.is_stopped
    exposure = np.where(sells, shelf, 0.0) * seasons.index(history.category[rows], history.dates)
    is_censored = _censored(history, rows) & sells
    days = units.shape[1]
    dispersion, sales = _dispersion(units, exposure)
    cut = np.flatnonzero(is_censored.any(axis=1))
    if cut.size:
        dispersion[cut] = _uncensored_dispersion(units[cut], exposure[cut], is_censored[cut], dispersion[cut])
    earliest = max(days - LOOK_BACK_DAYS - int(INTERVALS_DAYS[-1]), LEAST_DAYS_BEFORE_LOOK)
    look_days = np.append(days, np.arange(days - LOOK_EVERY_DAYS, earliest - 1, -LOOK_EVERY_DAYS))
    levels, evidence, demand = smooth(units, exposure, is_censored, dispersion, look_days)
    windows = _windows(look_days, interval_days, days)
    demand_after, exposure_after, whole = (
        _window_sums(panel, look_days, windows)
        for panel in (np.where(sells, demand, 0.0), exposure, sells.astype(np.float64))
    )
    length = INTERVALS_DAYS[windows.interval]
    is_judged = (
        windows.is_known
        & (evidence >= LEAST_EVIDENCE_DAYS)
        & (whole >= LEAST_SHARE_OF_WINDOW * length)
        & (_window_sums(silence.is_stopped.astype(np.float64), look_days, windows) == 0)
    )
    age = days - look_days[:, None] - length[None, :]
    weight = np.where(is_judged, np.exp2(-np.maximum(age, 0) / OLD_ERRORS_HALF_LIFE_DAYS), 0.0)
    return _Looks(levels, exposure_after, demand_after, weight, levels[0], dispersion, sales, evidence[0]), silence


@dataclass(frozen=True, eq=False)
class _Windows:
    """The interval that is judged after each look."""

    interval: IntArray
    """(n,) a row of ``INTERVALS_DAYS``."""
    beyond: IntArray
    """(looks, n) the first day after it, at most the number of days."""
    is_known: BoolArray
    """(looks, n) it lies in the history as a whole, and within the half year looked back on."""


def _windows(look_days: IntArray, interval_days: FloatArray, days: int) -> _Windows:
    interval = np.abs(np.log(np.maximum(interval_days, 1.0))[:, None] - np.log(INTERVALS_DAYS)[None, :]).argmin(axis=1)
    beyond = look_days[:, None] + INTERVALS_DAYS[interval][None, :]
    is_known = (beyond <= days) & (beyond > days - LOOK_BACK_DAYS)
    return _Windows(interval, np.minimum(beyond, days), is_known)


def _window_sums(panel: FloatArray, look_days: IntArray, windows: _Windows) -> FloatArray:
    """Return ``(looks, n)`` the sum of a panel over the interval after each look."""
    first = int(look_days.min())
    total = np.hstack([np.zeros((panel.shape[0], 1)), panel[:, first:].cumsum(axis=1)])
    item = np.arange(panel.shape[0])[None, :]
    return np.asarray(total[item, windows.beyond - first] - total[item, look_days[:, None] - first], dtype=np.float64)


def _censored(history: ItemHistory, rows: slice) -> BoolArray:
    """Return the days that sold out at an unknown hour; what can be back-ordered is never cut short."""
    if history.sold_out is None:
        return np.zeros((len(range(*rows.indices(history.items))), history.dates.size), dtype=bool)
    is_cut = history.sold_out[rows]
    if history.fraction_in_stock is not None:
        is_cut = is_cut & np.isnan(history.fraction_in_stock[rows])
    return is_cut & ~history.backorderable[rows][:, None]


def _dispersion(
    units: FloatArray, exposure: FloatArray, *, hidden: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the variance of a day over its mean, recent days first, and the days with a sale behind it.

    ``hidden`` are units that a day is only thought to have brought; they spread like an exponential tail, whose
    variance is the square of its mean.
    """
    units, exposure = (panel[:, -DISPERSION_DAYS:] for panel in (units, exposure))
    unknown = 0.0 if hidden is None else np.square(hidden[:, -DISPERSION_DAYS:])
    recency = np.exp2(-np.arange(units.shape[1])[::-1] / DISPERSION_HALF_LIFE_DAYS)
    weight = np.where(exposure > 0, recency, 0.0)
    offered = (exposure * weight).sum(axis=1)
    rate = np.divide((units * weight).sum(axis=1), offered, out=np.zeros_like(offered), where=offered > 0)
    expected = rate[:, None] * exposure
    squares = ((np.square(units - expected) + unknown) * weight).sum(axis=1)
    total = (expected * weight).sum(axis=1)
    ratio = np.divide(squares, total, out=np.full_like(total, LEAST_DISPERSION), where=total > 0)
    return np.maximum(ratio, LEAST_DISPERSION), ((units > 0) * weight).sum(axis=1)


def _bounded(units: FloatArray) -> FloatArray:
    """Return the units with freak days cut down to the item's bound."""
    if units.shape[1] < FREAK_RANK:
        return units
    usual = np.partition(units, -FREAK_RANK, axis=1)[:, -FREAK_RANK]
    return np.minimum(units, np.maximum(FREAK_MULTIPLE * usual, LEAST_BOUND_UNITS)[:, None])


def _uncensored_dispersion(
    units: FloatArray, exposure: FloatArray, is_censored: BoolArray, dispersion: FloatArray
) -> FloatArray:
    """Return the dispersion with sold-out days raised to what they hid, and with what is not known of them.

    Cut days hide the tail that the dispersion is made of, and it decides how much they hid: a few passes of
    expectation and maximisation.
    """
    for _ in range(CENSORED_PASSES):
        demand = smooth(units, exposure, is_censored, dispersion, np.array([units.shape[1]]))[2]
        dispersion, _ = _dispersion(demand, exposure, hidden=np.where(is_censored, demand - units, 0.0))
    return dispersion


def _pool_returns(history: ItemHistory, silences: list[Silence]) -> ReturnRates:
    """Return how often stopped items come back, over all blocks."""
    return fit_return_rates(
        [
            (history.units_sold[rows].astype(np.float64), silence)
            for rows, silence in zip(_blocks(history.items), silences, strict=True)
        ]
    )


def _join(blocks: list[_Looks]) -> _Looks:
    return _Looks(
        *(np.concatenate([getattr(b, name) for b in blocks], axis=-1) for name in _Looks.__dataclass_fields__)
    )


def _errors(looks: _Looks) -> FloatArray:
    """Return ``(looks, speeds, n)`` squared errors of a day's rate over what was forecast."""
    rate = np.divide(looks.demand, looks.exposure, out=np.zeros_like(looks.demand), where=looks.exposure > 0)
    scale = looks.levels.mean(axis=1) + 0.02
    return np.asarray(np.square(rate[:, None, :] - looks.levels) / scale[:, None, :], dtype=np.float64)


def _pooled_error(looks: _Looks) -> FloatArray:
    """Return each speed's mean error over all items, relative to the mean of all speeds; freaks are cut at 99 %."""
    counts = looks.weight > 0
    if not counts.any():
        return np.ones(len(HALF_LIVES_DAYS))
    errors = _errors(looks)
    by_speed = [errors[:, speed, :][counts] for speed in range(len(HALF_LIVES_DAYS))]
    limit = np.quantile(np.concatenate(by_speed), 0.99)
    weight = looks.weight[counts]
    mean = np.array([np.sort(np.minimum(error, limit) * weight).sum() for error in by_speed])
    return mean / mean.mean() if mean.mean() > 0 else np.ones(len(HALF_LIVES_DAYS))


def _speed_weights(looks: _Looks, pooled: FloatArray) -> FloatArray:
    """Return ``(speeds, n)`` how much each speed counts in each item's forecast, summing to 1."""
    own = _over_looks(_errors(looks) * looks.weight[:, None, :])
    seen = _over_looks(looks.weight)
    typical = own.mean(axis=0) / np.where(seen > 0, seen, 1.0)
    error = own + POOL_WORTH_LOOKS * pooled[:, None] * typical
    error = np.where(typical > 0, error, pooled[:, None]) + 1e-12
    weight = error.min(axis=0) / error
    for _ in range(SHARPNESS_DOUBLINGS):
        weight = weight * weight
    return np.asarray(weight / weight.sum(axis=0), dtype=np.float64)


def _pooled_dispersion(looks: _Looks) -> float:
    """Return the geometric mean of the items' dispersions, those with more sales weighing more."""
    sells = looks.sales > 0
    if not sells.any():
        return LEAST_DISPERSION
    weight = np.minimum(looks.sales[sells], 20.0)
    return float(np.exp(np.sort(weight * np.log(looks.dispersion[sells])).sum() / np.sort(weight).sum()))


def _shrunk_dispersion(looks: _Looks, pooled: float) -> FloatArray:
    share = looks.sales / (looks.sales + DISPERSION_WORTH_SALES)
    return np.asarray(np.exp(share * np.log(looks.dispersion) + (1.0 - share) * np.log(pooled)), dtype=np.float64)


def _calibrate(looks: _Looks, pools: ForecastPools) -> FloatArray:
    """Return the wandering of each volume class with which the look back is covered as often as it should be.

    By coverage and not by squares: one order of 500 would double a mean of squares, and no shelf should be filled
    for the next one.
    """
    mean = (looks.levels * _speed_weights(looks, pools.error_of_speed)).sum(axis=1) * looks.exposure
    dispersion = np.broadcast_to(_shrunk_dispersion(looks, pools.dispersion), mean.shape)
    counts = (looks.weight > 0) & (mean > _LEAST_UNITS_TO_JUDGE)
    mean, dispersion, demand, weight = (array[counts] for array in (mean, dispersion, looks.demand, looks.weight))
    volume = np.searchsorted(VOLUME_CLASSES, mean, side="right")
    wandering = np.full(VOLUME_CLASSES.size + 1, DEFAULT_WANDERING)
    for row in range(wandering.size):
        chosen = volume == row
        if not chosen.any():
            continue
        fitted = _covering(mean[chosen], dispersion[chosen], demand[chosen], weight[chosen])
        share = weight[chosen].sum() / (weight[chosen].sum() + CLASS_WORTH_LOOKS)
        wandering[row] = share * fitted + (1.0 - share) * DEFAULT_WANDERING
    return wandering


def _covering(mean: FloatArray, dispersion: FloatArray, demand: FloatArray, weight: FloatArray) -> float:
    """Return the least candidate under which at most 7 % of outcomes lie beyond their 93 % point."""
    total = np.sort(weight).sum()
    for wandering in WANDERINGS:
        variance = dispersion * mean + wandering * mean * mean
        # The middle of the step: of a slow mover, whole units jump over the level.
        within = 0.5 * (reach(demand - 1.0, mean, variance) + reach(demand, mean, variance))
        if np.sort(weight[within > CALIBRATED_LEVEL]).sum() <= (1.0 - CALIBRATED_LEVEL) * total:
            return float(wandering)
    return float(WANDERINGS[-1])


def _own_record(looks: _Looks, mean: FloatArray, dispersion: FloatArray, wandering: FloatArray) -> FloatArray:
    """Return how many times the pooled variance each item's own errors are, leaning on once."""
    pooled = dispersion * mean + wandering[np.searchsorted(VOLUME_CLASSES, mean, side="right")] * mean * mean
    surprise = np.divide(np.square(looks.demand - mean), pooled, out=np.zeros_like(mean), where=pooled > 0)
    weight = np.where(mean > _LEAST_UNITS_TO_JUDGE, looks.weight, 0.0)
    total = _over_looks(np.minimum(surprise, GREATEST_SURPRISE) * weight)
    return (total + OWN_RECORD_WORTH_LOOKS) / (_over_looks(weight) + OWN_RECORD_WORTH_LOOKS)


def _over_looks(values: FloatArray) -> FloatArray:
    """Return the sum over the looks, one after another: ``sum`` adds in pairs where there is one item alone."""
    return np.asarray(np.cumsum(values, axis=0)[-1], dtype=np.float64)
