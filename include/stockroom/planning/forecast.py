"""What will sell: a level and its spread per item, learned from how well earlier forecasts did.

Every item is smoothed at seven speeds. From each week of the last half year every speed forecasts the days that
followed; its errors decide its weight in this item's forecast, thin evidence leaning on how the speeds do over all
items. The same look back tells how far the truth lies from the forecast: the day's own dispersion, and a wandering of
the level that no averaging removes, calibrated by coverage and then moved by each item's own record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.causes import Causes, fit_causes, is_planned, past_times
from stockroom.planning.history import ItemHistory
from stockroom.planning.look_back import JUDGED_DAYS, LEAST_DISPERSION, Looks, days_on_shelf, look_back
from stockroom.planning.negative_binomial import reach
from stockroom.planning.season import Seasons, fit_seasons
from stockroom.planning.silence import ReturnRates, fit_return_rates
from stockroom.planning.smoothing import HALF_LIVES_DAYS

BLOCK_ITEMS = 2048
"""Items at a time: the panels of one block fit the processor's cache and bound a plan's memory."""
POOL_WORTH_LOOKS = 6.0
"""How many looks back the record of all items is worth beside the item's own."""
SHARPNESS_DOUBLINGS = 2
"""A speed's weight is its error to the power of minus 2 ** 2: the best few speak, the rest hardly."""
SALE_WORTH_DAYS = 2.0
"""What one more day with a sale says beyond the day itself: five sales in a week are no accident, one is."""
DISPERSION_WORTH_SALES = 2.0
VOLUME_CLASSES = np.array([2.0, 8.0, 32.0, 128.0, 512.0])
"""Where classes of expected units over the judged days begin."""
CALIBRATED_LEVEL = 0.93
"""The coverage that the variance is set for: about where money puts most reorder points."""
WANDERINGS = np.array([0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2])
"""Candidates for the squared coefficient of variation of the level. Beyond the last, a class lives from rare large
orders: stock for them cost more than it saved on open data."""
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
    """(volume classes,) squared coefficient of variation of the level."""
    causes: Causes


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


def fit_forecast_pools(history: ItemHistory) -> ForecastPools:
    """Return what all items say together about seasons, speeds, dispersion and the wandering of levels.

    Sums are taken over sorted values, so that the order of items changes no bit.
    """
    planned, is_usual = is_planned(history), days_on_shelf(history) > 0
    if planned is not None:
        is_usual &= ~planned
    seasons = fit_seasons(history.units_sold.astype(np.float64), is_usual, history.dates, history.category)
    causes = fit_causes(_blocks(history), seasons)
    seen = [look_back(block, seasons, past_times(block, causes)) for block in _blocks(history)]
    returns = fit_return_rates(
        (block.units_sold.astype(np.float64), silence)
        for block, (_, silence) in zip(_blocks(history), seen, strict=True)
    )
    looks = _join([looks for looks, _ in seen])
    error, dispersion = _pooled_error(looks), _pooled_dispersion(looks)
    return ForecastPools(seasons, returns, error, dispersion, _calibrate(looks, error, dispersion), causes)


def forecast_items(history: ItemHistory, pools: ForecastPools) -> Forecast:
    """Return each item's forecast; it depends on the item and the pools alone."""
    parts = [_forecast(block, pools) for block in _blocks(history)]
    columns = ([getattr(part, name) for part in parts] for name in Forecast.__dataclass_fields__)
    return Forecast(*(np.concatenate(column) for column in columns))


def _forecast(history: ItemHistory, pools: ForecastPools) -> Forecast:
    looks, silence = look_back(history, pools.seasons, past_times(history, pools.causes))
    weights = _speed_weights(looks, pools.error_of_speed)
    level = (looks.level_now * weights).sum(axis=0)
    dispersion = _shrunk_dispersion(looks, pools.dispersion)
    wandering = pools.wandering[np.searchsorted(VOLUME_CLASSES, level * JUDGED_DAYS, side="right")]
    record = _own_record(looks, (looks.levels * weights).sum(axis=1) * looks.exposure, dispersion, pools.wandering)
    age = silence.age_days
    return Forecast(
        units_per_day=level,
        dispersion=dispersion * record,
        wandering=wandering * record,
        stopped_days=age,
        returns_per_year=np.where(age > 0, pools.returns.of(age) * 365.0, 0.0),
        evidence_days=looks.evidence_now + SALE_WORTH_DAYS * np.maximum(looks.sales - 1.0, 0.0),
    )


def _blocks(history: ItemHistory) -> Iterator[ItemHistory]:
    """Yield the items in blocks, at least one; a small history is its own block, uncopied."""
    if history.items <= BLOCK_ITEMS:
        yield history
        return
    for first in range(0, history.items, BLOCK_ITEMS):
        yield history.take(np.arange(first, min(first + BLOCK_ITEMS, history.items)))


def _join(blocks: list[Looks]) -> Looks:
    columns = ([getattr(block, name) for block in blocks] for name in Looks.__dataclass_fields__)
    return Looks(*(np.concatenate(column, axis=-1) for column in columns))


def _errors(looks: Looks) -> FloatArray:
    """Return ``(looks, speeds, n)`` squared errors of a day's rate over what was forecast."""
    rate = np.divide(looks.demand, looks.exposure, out=np.zeros_like(looks.demand), where=looks.exposure > 0)
    scale = looks.levels.mean(axis=1) + 0.02
    return np.asarray(np.square(rate[:, None, :] - looks.levels) / scale[:, None, :], dtype=np.float64)


def _pooled_error(looks: Looks) -> FloatArray:
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


def _speed_weights(looks: Looks, pooled: FloatArray) -> FloatArray:
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


def _pooled_dispersion(looks: Looks) -> float:
    """Return the geometric mean of the items' dispersions, those with more sales weighing more."""
    sells = looks.sales > 0
    if not sells.any():
        return LEAST_DISPERSION
    weight = np.minimum(looks.sales[sells], 20.0)
    return float(np.exp(np.sort(weight * np.log(looks.dispersion[sells])).sum() / np.sort(weight).sum()))


def _shrunk_dispersion(looks: Looks, pooled: float) -> FloatArray:
    share = looks.sales / (looks.sales + DISPERSION_WORTH_SALES)
    return np.asarray(np.exp(share * np.log(looks.dispersion) + (1.0 - share) * np.log(pooled)), dtype=np.float64)


def _calibrate(looks: Looks, pooled_error: FloatArray, pooled_dispersion: float) -> FloatArray:
    """Return the wandering of each volume class with which the look back is covered as often as it should be.

    By coverage and not by squares: one order of 500 would double a mean of squares, and no shelf should be filled
    for the next one.
    """
    mean = (looks.levels * _speed_weights(looks, pooled_error)).sum(axis=1) * looks.exposure
    dispersion = np.broadcast_to(_shrunk_dispersion(looks, pooled_dispersion), mean.shape)
    counts = (looks.weight > 0) & (mean > _LEAST_UNITS_TO_JUDGE)
    mean, dispersion, demand, weight = (array[counts] for array in (mean, dispersion, looks.demand, looks.weight))
    volume = np.searchsorted(VOLUME_CLASSES, mean, side="right")
    wandering = np.full(VOLUME_CLASSES.size + 1, DEFAULT_WANDERING)
    for row in range(wandering.size):
        chosen = volume == row
        if not chosen.any():
            continue
        fitted = _covering(mean[chosen], dispersion[chosen], demand[chosen], weight[chosen])
        worth = np.sort(weight[chosen]).sum()
        share = worth / (worth + CLASS_WORTH_LOOKS)
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


def _own_record(looks: Looks, mean: FloatArray, dispersion: FloatArray, wandering: FloatArray) -> FloatArray:
    """Return how many times the pooled variance each item's own errors are, leaning on once."""
    pooled = dispersion * mean + wandering[np.searchsorted(VOLUME_CLASSES, mean, side="right")] * mean * mean
    surprise = np.divide(np.square(looks.demand - mean), pooled, out=np.zeros_like(mean), where=pooled > 0)
    weight = np.where(mean > _LEAST_UNITS_TO_JUDGE, looks.weight, 0.0)
    total = _over_looks(np.minimum(surprise, GREATEST_SURPRISE) * weight)
    return (total + OWN_RECORD_WORTH_LOOKS) / (_over_looks(weight) + OWN_RECORD_WORTH_LOOKS)


def _over_looks(values: FloatArray) -> FloatArray:
    """Return the sum over the looks, one after another: ``sum`` adds in pairs where there is one item alone."""
    return np.asarray(np.cumsum(values, axis=0)[-1], dtype=np.float64)
