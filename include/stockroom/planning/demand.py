"""What will sell: a rate and its variance per item, from days in stock; thin evidence leans on the category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray, TextArray
from stockroom.planning.history import ItemHistory
from stockroom.planning.policy import Policy
from stockroom.planning.velocity import ENOUGH_DAYS_IN_STOCK, Velocity, measure_velocity, shrink_to_category

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
    variance: FloatArray
    """Of one day's demand, in units squared."""
    days_in_stock: FloatArray
    """On which the rate was measured."""
    sold_out_days: IntArray
    evidence: TextArray
    """``enough evidence``, ``not enough evidence`` (leans on its category) or ``no evidence`` (never seen: rate 0)."""


def fit_demand_pools(history: ItemHistory, policies: Sequence[Policy]) -> DemandPools:
    """Return the typical rate and spread of each category; items with thin evidence do not speak.

    Medians: one best-seller must not decide what a new item is thought to sell, and no order of items changes them.
    """
    own = _own_velocity(history, policies)
    speaks = own.has_enough_evidence
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


def forecast_demand(history: ItemHistory, policies: Sequence[Policy], pools: DemandPools) -> Demand:
    """Return each item's rate: its velocity, and its category's in the share that is missing to 14 days in stock."""
    own = _own_velocity(history, policies)
    row = np.minimum(np.searchsorted(pools.categories, history.category), max(pools.categories.size - 1, 0))
    typical_rate = np.full(history.items, pools.all_units_per_day)
    typical_ratio = np.full(history.items, pools.all_variance_over_mean)
    if pools.categories.size:
        known = pools.categories[row] == history.category
        typical_rate = np.where(known, pools.units_per_day[row], typical_rate)
        typical_ratio = np.where(known, pools.variance_over_mean[row], typical_ratio)
    seen = own.days_in_stock > 0
    rate = np.where(seen, shrink_to_category(own.units_per_day, own.days_in_stock, typical_rate), 0.0)
    variance = np.where(seen, shrink_to_category(own.variance, own.days_in_stock, typical_ratio * rate), 0.0)
    enough = own.has_enough_evidence
    return Demand(
        units_per_day=rate,
        variance=np.maximum(variance, rate),
        days_in_stock=own.days_in_stock,
        sold_out_days=own.sold_out_days,
        evidence=np.where(enough, ENOUGH, np.where(seen, NOT_ENOUGH, NONE)),
    )


def _own_velocity(history: ItemHistory, policies: Sequence[Policy]) -> Velocity:
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
