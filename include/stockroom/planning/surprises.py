"""Spikes and dips: demand so far from what was forecast that somebody should look, weighed in money.

The last one, three and seven days are each held against the forecast that was made before them. A spike is demand that
chance brings once in 100,000 times, and at least twice what was expected; a dip the same on the other side, over seven
days with the item on the shelf. An episode ends when demand is back within what chance brings once in 200 times, so
that a day's rest in the middle begins no new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.history import ItemHistory
from stockroom.planning.look_back import days_on_shelf
from stockroom.planning.negative_binomial import reach
from stockroom.planning.sentences import days, units

WINDOWS_DAYS = (1, 3, 7)
DIP_DAYS = 7
FREAK_CHANCE = 1e-5
OVER_CHANCE = 5e-3
GREATEST_SHARE, LEAST_TIMES = 0.5, 2.0
LEAST_SPIKE_UNITS, LEAST_EXPECTED_UNITS = 10.0, 10.0
"""Of a spike, units sold; of a dip, units expected: of less, no money hangs on it."""
LOOKED_AHEAD_DAYS = 30.0
"""A dip is weighed by what lies idle if it goes on for so long."""


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What was forecast before a window began: one value per item, NaN where nothing was."""

    units_per_day: FloatArray
    dispersion: FloatArray
    wandering: FloatArray


@dataclass(frozen=True)
class Surprise:
    """An item whose demand left its forecast."""

    item: int
    is_spike: bool
    window_days: int
    units_sold: float
    units_expected: float
    days_until_empty: float
    """At the pace of the window; infinite where nothing sells or nothing is here to sell."""
    money: float
    """At risk: margin of what a spike wants before goods can come, cost of what a dip leaves lying."""

    @property
    def sentence(self) -> str:
        """Return what happened, for a person."""
        sold, expected = units(self.units_sold), f"{self.units_expected:,.1f}"
        within = "in a day" if self.window_days == 1 else f"in {days(self.window_days)}"
        lasts = "it does not sell" if np.isinf(self.days_until_empty) else f"empty in {days(self.days_until_empty)}"
        if self.is_spike and self.days_until_empty == 0:
            lasts = "nothing is left"
        return f"{sold} {within} where {expected} were forecast; at this pace {lasts}"


def find_surprises(
    history: ItemHistory,
    forecasts: dict[int, Forecasts],
    *,
    index: FloatArray,
    available_units: IntArray,
    days_until_goods: FloatArray,
    was_open: BoolArray | None = None,
) -> tuple[Surprise, ...]:
    """Return the surprises of the last days, the most money first; at most one an item.

    ``forecasts`` holds, by window, what was forecast before it; a window without one is not judged. ``index (n, 7)`` is
    how many times an average day each of the last seven was to sell by weekday, season and what was planned.
    ``was_open (n,)`` marks items whose episode goes on unless their demand is back.
    """
    goes_on = np.zeros(history.items, dtype=np.bool_) if was_open is None else was_open
    shelf = days_on_shelf(history)[:, -DIP_DAYS:]
    sold = history.units_sold[:, -DIP_DAYS:].astype(np.float64)
    found: dict[int, Surprise] = {}
    for window in WINDOWS_DAYS:
        if window not in forecasts:
            continue
        said = forecasts[window]
        is_known = ~np.isnan(said.units_per_day)
        offered = np.where(shelf[:, -window:] > 0, index[:, -window:], 0.0).sum(axis=1)
        mean = np.where(is_known, said.units_per_day, 0.0) * offered
        variance = np.nan_to_num(said.dispersion) * mean + np.nan_to_num(said.wandering) * mean * mean
        demand = sold[:, -window:].sum(axis=1)
        chance = np.where(goes_on, OVER_CHANCE, FREAK_CHANCE)
        above = 1.0 - reach(demand - 1.0, mean, np.maximum(variance, mean))
        is_spike = is_known & (mean > 0) & (above < chance) & (demand >= LEAST_SPIKE_UNITS)
        is_spike &= demand >= LEAST_TIMES * mean
        for item in np.flatnonzero(is_spike).tolist():
            one = _spike(history, item, window, demand, mean, available_units, days_until_goods)
            if item not in found or one.money >= found[item].money:
                found[item] = one
        if window != DIP_DAYS:
            continue
        was_there = (shelf > 0).all(axis=1)
        if history.sold_out is not None:
            was_there &= ~history.sold_out[:, -DIP_DAYS:].any(axis=1)
        below = reach(demand, mean, np.maximum(variance, mean))
        is_dip = is_known & was_there & (mean >= LEAST_EXPECTED_UNITS) & (below < chance)
        is_dip &= demand <= GREATEST_SHARE * mean
        for item in np.flatnonzero(is_dip).tolist():
            found.setdefault(item, _dip(history, item, demand, mean, available_units))
    return tuple(sorted(found.values(), key=lambda one: (-one.money, one.item)))


def _spike(
    history: ItemHistory,
    item: int,
    window: int,
    demand: FloatArray,
    mean: FloatArray,
    available: IntArray,
    until_goods: FloatArray,
) -> Surprise:
    pace = float(demand[item]) / window
    empty = max(float(available[item]), 0.0) / pace
    missed_days = max(float(until_goods[item]) - empty, 0.0)
    margin = max(float(history.unit_price[item] - history.unit_cost[item]), 0.0)
    return Surprise(item, True, window, float(demand[item]), float(mean[item]), empty, missed_days * pace * margin)


def _dip(history: ItemHistory, item: int, demand: FloatArray, mean: FloatArray, available: IntArray) -> Surprise:
    pace = float(demand[item]) / DIP_DAYS
    here = max(float(available[item]), 0.0)
    idle = min((float(mean[item]) / DIP_DAYS - pace) * LOOKED_AHEAD_DAYS, here)
    empty = here / pace if pace > 0 else float("inf")
    return Surprise(
        item, False, DIP_DAYS, float(demand[item]), float(mean[item]), empty, idle * float(history.unit_cost[item])
    )
