"""What will sell: a rate and its spread per item; thin evidence leans on the category.

The textbook's methods get the textbook's rate: units over days in stock of one window. The quantile method gets the
learned forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray, TextArray
from stockroom.planning.classes import forecast_error_cv
from stockroom.planning.forecast import ForecastPools, forecast_items
from stockroom.planning.history import ItemHistory
from stockroom.planning.policy import Policy
from stockroom.planning.velocity import ENOUGH_DAYS_IN_STOCK, Velocity, measure_velocity, shrink_to_category

COMEBACK_HORIZON_DAYS = 90.0
"""A stopped item is reported with what it is expected to sell within so many days, the usual target of supply."""

FURTHEST_SEASON_DAYS = 3650.0
"""No season is looked up further ahead: over whole years it is 1 on average."""

ENOUGH, NOT_ENOUGH, NONE = "enough evidence", "not enough evidence", "no evidence"


@dataclass(frozen=True, eq=False)
class DemandPools:
    """The typical item of each category, fitted over all items."""

    categories: TextArray
    units_per_day: FloatArray
    """Median over the category's items with enough days in stock."""
    variance_over_mean: FloatArray
    """Median over the category's items that sold."""
    all_units_per_day: float
    all_variance_over_mean: float


@dataclass(frozen=True, eq=False)
class Demand:
    """The forecast of each item."""

    units_per_day: FloatArray
    """Expected on an average day of the interval that an order of today covers."""
    pace_units_per_day: FloatArray
    """The same for as long as the item sells: of one that has stopped, what it will sell if it comes back."""
    level_units_per_day: FloatArray
    """Expected on an average day of the coming season and year."""
    velocity_units_per_day: FloatArray
    """Units over days in stock of the policy's window: what items are classed by."""
    variance: FloatArray
    """Of one day's demand, in units squared."""
    dispersion: FloatArray
    """Variance of an interval's demand over its mean, as far as it averages out over days."""
    wandering: FloatArray
    """Squared coefficient of variation of the level over an interval, which does not."""
    forecast_error_cv: FloatArray
    """Coefficient of variation of the learned forecast's error over a fortnight; infinite where nothing sold."""
    stopped_days: IntArray
    """How long the item has been silent beyond belief; 0: it sells, or its method does not ask."""
    returns_per_year: FloatArray
    days_in_stock: FloatArray
    """Of the window that velocity is measured in."""
    sold_out_days: IntArray
    """Of the same window, on which stock hid demand: none of an item that can be back-ordered."""
    evidence: TextArray
    """``enough evidence``, ``not enough evidence`` (leans on its category) or ``no evidence`` (never seen: rate 0)."""


def fit_demand_pools(history: ItemHistory, own: Velocity) -> DemandPools:
    """Return the typical rate and spread of each category; items with thin evidence do not speak.

    Medians: one best-seller must not decide what a new item is thought to sell, and no order of items changes them.
    ``own`` is what ``velocity_by_policy`` gives.
    """
    speaks = own.has_enough_evidence
    if not speaks.any():  # a store of less than a fortnight: its few days are all there is to lean on
        speaks = own.days_in_stock > 0
    sells = speaks & (own.units_per_day > 0)
    ratio = np.divide(own.variance, own.units_per_day, out=np.ones_like(own.variance), where=own.units_per_day > 0)
    all_rate, all_ratio = _median(own.units_per_day[speaks], 0.0), _median(ratio[sells], 1.0)
    categories, category_of = np.unique(history.category, return_inverse=True)
    rates, ratios = np.full(categories.size, all_rate), np.full(categories.size, all_ratio)
    for category in range(categories.size):
        rows = category_of == category
        rates[category] = _median(own.units_per_day[rows & speaks], all_rate)
        ratios[category] = _median(ratio[rows & sells], all_ratio)
    return DemandPools(categories, rates, ratios, all_rate, all_ratio)


def forecast_demand(
    history: ItemHistory,
    policies: Sequence[Policy],
    pools: DemandPools,
    forecast_pools: ForecastPools,
    interval_days: FloatArray,
) -> Demand:
    """Return each item's rate and spread: its own, and its category's in the share missing to 14 days in stock."""
    own = velocity_by_policy(history, policies)
    row = np.minimum(np.searchsorted(pools.categories, history.category), max(pools.categories.size - 1, 0))
    typical_rate = np.full(history.items, pools.all_units_per_day)
    typical_ratio = np.full(history.items, pools.all_variance_over_mean)
    if pools.categories.size:
        known = pools.categories[row] == history.category
        typical_rate = np.where(known, pools.units_per_day[row], typical_rate)
        typical_ratio = np.where(known, pools.variance_over_mean[row], typical_ratio)
    seen = own.days_in_stock > 0
    learned = forecast_items(history, forecast_pools)
    learns = np.array([policy.method == "quantile" for policy in policies], dtype=bool)
    own_rate = np.where(learns, learned.units_per_day, own.units_per_day)
    # A first sale yesterday is a day of evidence, however long the item has been listed.
    rests_on = np.where(learns, np.minimum(own.days_in_stock, learned.evidence_days), own.days_in_stock)
    level = np.where(seen, shrink_to_category(own_rate, rests_on, typical_rate), 0.0)
    season = np.where(learns, _season_ahead(history, interval_days, forecast_pools), 1.0)
    pace = level * season
    variance = np.where(seen, shrink_to_category(own.variance, own.days_in_stock, typical_ratio * pace), 0.0)
    is_stopped = learns & (learned.stopped_days > 0)
    back = np.where(is_stopped, _share_of_time_back(learned.returns_per_year), 1.0)
    enough = own.has_enough_evidence & ((rests_on >= ENOUGH_DAYS_IN_STOCK - 1.0) | is_stopped)
    return Demand(
        units_per_day=pace * back,
        pace_units_per_day=pace,
        level_units_per_day=level * back,
        velocity_units_per_day=own.units_per_day,
        variance=np.maximum(variance, pace),
        dispersion=learned.dispersion,
        wandering=learned.wandering,
        forecast_error_cv=forecast_error_cv(learned),
        stopped_days=np.where(learns, learned.stopped_days, 0),
        returns_per_year=np.where(learns, learned.returns_per_year, 0.0),
        days_in_stock=own.days_in_stock,
        sold_out_days=np.where(history.backorderable, 0, own.sold_out_days),
        evidence=np.where(enough, ENOUGH, np.where(seen, NOT_ENOUGH, NONE)),
    )


def _share_of_time_back(returns_per_year: FloatArray) -> FloatArray:
    """Return the share of the next 90 days on which an item sells that comes back at this rate and then stays."""
    returns = returns_per_year * COMEBACK_HORIZON_DAYS / 365.0
    return np.where(returns > 0, 1.0 + np.expm1(-returns) / np.where(returns > 0, returns, 1.0), 0.0)


def _season_ahead(history: ItemHistory, interval_days: FloatArray, pools: ForecastPools) -> FloatArray:
    """Return the mean of the season's index over each item's interval, from the plan date on."""
    interval_days = np.minimum(interval_days, FURTHEST_SEASON_DAYS)
    longest = int(np.ceil(interval_days.max(initial=1.0))) + 1
    total = pools.seasons.cumulative(history.dates[-1] + np.arange(1, longest + 1))
    row = pools.seasons.row_of(history.category)
    whole = np.floor(interval_days).astype(np.int64)
    part = interval_days - whole
    reached = total[row, whole] * (1.0 - part) + total[row, whole + 1] * part
    return np.asarray(reached / interval_days, dtype=np.float64)


def velocity_by_policy(history: ItemHistory, policies: Sequence[Policy]) -> Velocity:
    """Return the velocity over each policy's window, or over all days known where that holds too few days in stock.

    An item that has been out for two months is judged by the time when it was there.
    """
    windows = np.array([policy.velocity_days for policy in policies], dtype=np.int64)
    wanted = np.unique(windows)
    chosen = measure_velocity(history, window_days=int(wanted[0]) if wanted.size else 1)
    for window in wanted[1:].tolist():
        chosen = _choose(windows == window, measure_velocity(history, window_days=window), chosen)
    thin = np.flatnonzero(chosen.days_in_stock < ENOUGH_DAYS_IN_STOCK)
    if thin.size:
        longer = measure_velocity(history.take(thin), window_days=int(history.dates.size))
        everything = Velocity(*(_spread(getattr(longer, name), thin, history.items) for name in _FIELDS))
        is_thin = chosen.days_in_stock < ENOUGH_DAYS_IN_STOCK
        chosen = _choose(is_thin & (everything.days_in_stock > chosen.days_in_stock), everything, chosen)
    return chosen


_FIELDS = tuple(Velocity.__dataclass_fields__)


def _choose(where: np.ndarray, first: Velocity, second: Velocity) -> Velocity:
    return Velocity(*(np.where(where, getattr(first, name), getattr(second, name)) for name in _FIELDS))


def _spread(values: np.ndarray, rows: IntArray, items: int) -> np.ndarray:
    spread = np.zeros(items, dtype=values.dtype)
    spread[rows] = values
    return spread


def _median(values: FloatArray, default: float) -> float:
    return float(np.median(values)) if values.size else default
