"""How long what is owned lasts, walking the forecast day by day."""

from __future__ import annotations

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.demand import Demand
from stockroom.planning.forecast import ForecastPools
from stockroom.planning.history import ItemHistory

WALKED_DAYS = 365
"""How far a forecast is walked day by day; beyond it, every day is an average one."""


def days_of_supply(position_units: IntArray, units_per_day: FloatArray) -> FloatArray:
    """Return how many days the position lasts at a level forecast: infinite where nothing sells, else 0 or more.

    >>> days_of_supply(np.array([36, 36, -4]), np.array([4.0, 0.0, 4.0])).tolist()
    [9.0, inf, 0.0]
    """
    left = np.maximum(position_units, 0).astype(np.float64)
    return np.divide(left, units_per_day, out=np.full_like(left, np.inf), where=units_per_day > 0)


def walked_days_of_supply(
    history: ItemHistory, position_units: IntArray, demand: Demand, pools: ForecastPools, planned_times: FloatArray
) -> FloatArray:
    """Return how many days the position lasts, walking the forecast through the week, the year and what is planned.

    ``planned_times (n, horizon)`` is how many times as much the days ahead sell by what is planned for them.
    """
    average_days = days_of_supply(position_units, demand.level_units_per_day)
    horizon = history.dates[-1] + np.arange(1, WALKED_DAYS + 1)
    walked = pools.seasons.cumulative(horizon)
    row = pools.seasons.row_of(history.category)
    lasts = average_days.copy()
    for category in np.unique(row).tolist():
        items = np.flatnonzero((row == category) & np.isfinite(average_days))
        within = items[average_days[items] <= walked[category, -1]]
        lasts[within] = np.interp(average_days[within], walked[category], np.arange(WALKED_DAYS + 1.0))
        beyond = items[average_days[items] > walked[category, -1]]
        lasts[beyond] = WALKED_DAYS + average_days[beyond] - walked[category, -1]
    planned = np.flatnonzero((planned_times != 1.0).any(axis=1) & np.isfinite(average_days))
    for item in planned.tolist():
        index = np.diff(walked[row[item]])
        ahead = planned_times[item, :WALKED_DAYS]
        index[: ahead.size] *= ahead
        reached = np.append(0.0, index.cumsum())
        beyond_days = max(average_days[item] - reached[-1], 0.0)
        lasts[item] = np.interp(average_days[item], reached, np.arange(WALKED_DAYS + 1.0)) + beyond_days
    return lasts


def units_within(
    history: ItemHistory, days: FloatArray, demand: Demand, pools: ForecastPools, planned_times: FloatArray
) -> FloatArray:
    """Return how many units are expected to sell within ``days (n,)``, walking the forecast as above.

    The way back from ``walked_days_of_supply``: a position of so many units lasts so many days.
    """
    horizon = history.dates[-1] + np.arange(1, WALKED_DAYS + 1)
    walked = pools.seasons.cumulative(horizon)
    row = pools.seasons.row_of(history.category)
    steps = np.arange(WALKED_DAYS + 1.0)
    average_days = np.zeros(history.items)
    for category in np.unique(row).tolist():
        items = np.flatnonzero(row == category)
        average_days[items] = np.interp(days[items], steps, walked[category])
    for item in np.flatnonzero((planned_times != 1.0).any(axis=1)).tolist():
        index = np.diff(walked[row[item]])
        ahead = planned_times[item, :WALKED_DAYS]
        index[: ahead.size] *= ahead
        average_days[item] = np.interp(days[item], steps, np.append(0.0, index.cumsum()))
    return demand.level_units_per_day * (average_days + np.maximum(days - WALKED_DAYS, 0.0))
