"""What earlier forecasts of an item knew, and what then came: the evidence that its forecast is learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.history import ItemHistory
from stockroom.planning.season import Seasons
from stockroom.planning.silence import Silence, find_silence
from stockroom.planning.smoothing import smooth

LOOK_EVERY_DAYS = 7
LOOK_BACK_DAYS = 182
LEAST_DAYS_BEFORE_LOOK = 28
JUDGED_DAYS = 14
"""How much of what came a forecast is judged by. The same for every item: what is learned of an item must not change
with its lead time, or a longer one could lower a reorder point."""
OLD_ERRORS_HALF_LIFE_DAYS = 90.0
LEAST_EVIDENCE_DAYS = 20.0
LEAST_SHARE_OF_WINDOW = 0.7
FREAK_MULTIPLE, FREAK_RANK, LEAST_BOUND_UNITS = 30.0, 2, 300.0
"""No day counts for more than thirty times the item's second largest day, or 300 units: an order of 74,215 is no
demand, while a wholesale order that has come before is."""
DISPERSION_HALF_LIFE_DAYS = 112.0
DISPERSION_DAYS = 672
"""Six half-lives: what is older weighs under 2 %."""
LEAST_DISPERSION = 1.05


@dataclass(frozen=True, eq=False)
class Looks:
    """``n`` items looked back on from each of the last half year's weeks: ``(looks, n)``, newest first."""

    levels: FloatArray
    """(looks, speeds, n)"""
    exposure: FloatArray
    """Of the days judged after each look, in average days."""
    demand: FloatArray
    """Of the same days."""
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


def look_back(history: ItemHistory, seasons: Seasons, planned_times: FloatArray | None = None) -> tuple[Looks, Silence]:
    """Return what was forecast and what came, of each item by itself.

    ``planned_times (n, d)`` is how many times as much a day was to sell by what was planned, so that a promotion
    raises no level.
    """
    units = bounded(history.units_sold.astype(np.float64))
    shelf = days_on_shelf(history)
    silence = find_silence(units, shelf > 0)
    sells = (shelf > 0) & ~silence.is_stopped
    exposure = np.where(sells, shelf, 0.0) * seasons.index(history.category, history.dates)
    if planned_times is not None:
        exposure *= planned_times
    is_censored = censored_days(history) & sells
    dispersion, sales = _dispersion(units, exposure)
    cut = np.flatnonzero(is_censored.any(axis=1))
    if cut.size:
        dispersion[cut] = _uncensored_dispersion(units[cut], exposure[cut], is_censored[cut], dispersion[cut])
    look_days = _look_days(history.dates.size)
    levels, evidence, demand = smooth(units, exposure, is_censored, dispersion, look_days)
    panels = (np.where(sells, demand, 0.0), exposure, sells.astype(np.float64), silence.is_stopped.astype(np.float64))
    demand_after, exposure_after, days_after, stopped_after = (_sums_after(panel, look_days) for panel in panels)
    age = history.dates.size - look_days - JUDGED_DAYS
    is_judged = (
        (age >= 0)[:, None]
        & (evidence >= LEAST_EVIDENCE_DAYS)
        & (days_after >= LEAST_SHARE_OF_WINDOW * JUDGED_DAYS)
        & (stopped_after == 0)
    )
    weight = np.where(is_judged, np.exp2(-np.maximum(age, 0) / OLD_ERRORS_HALF_LIFE_DAYS)[:, None], 0.0)
    looks = Looks(levels, exposure_after, demand_after, weight, levels[0], dispersion, sales, evidence[0])
    return looks, silence


def days_on_shelf(history: ItemHistory) -> FloatArray:
    """Return the part of each day on the shelf, ``(n, d)``.

    A day that sold was not empty, whatever was recorded; an unrecorded day before the first sale is before the launch.
    """
    units = history.units_sold
    sold = units > 0
    is_launched = np.logical_or.accumulate(sold, axis=1)
    if history.fraction_in_stock is None:
        return is_launched.astype(np.float64)
    known = history.fraction_in_stock
    unknown = np.isnan(known)
    return np.where(unknown, is_launched, np.where((known == 0) & sold, 1.0, known))


def _look_days(days: int) -> IntArray:
    """Return the mornings looked back from: today's first, then every week's for half a year of judged days."""
    earliest = max(days - LOOK_BACK_DAYS, LEAST_DAYS_BEFORE_LOOK)
    return np.append(days, np.arange(days - LOOK_EVERY_DAYS, earliest - 1, -LOOK_EVERY_DAYS))


def _sums_after(panel: FloatArray, look_days: IntArray) -> FloatArray:
    """Return ``(looks, n)`` the sum of a panel over the judged days after each look, as far as they are known."""
    first, days = int(look_days.min()), panel.shape[1]
    total = np.hstack([np.zeros((panel.shape[0], 1)), panel[:, first:].cumsum(axis=1)])
    beyond = np.minimum(look_days + JUDGED_DAYS, days)
    return np.ascontiguousarray((total[:, beyond - first] - total[:, look_days - first]).T)


def censored_days(history: ItemHistory) -> BoolArray:
    """Return the days that sold out at an unknown hour; what can be back-ordered is never cut short."""
    if history.sold_out is None:
        return np.zeros(history.units_sold.shape, dtype=bool)
    is_cut = history.sold_out & ~history.backorderable[:, None]
    return is_cut if history.fraction_in_stock is None else is_cut & np.isnan(history.fraction_in_stock)


def bounded(units: FloatArray) -> FloatArray:
    """Return the units with freak days cut down to the item's bound."""
    if units.shape[1] < FREAK_RANK:
        return units
    usual = np.partition(units, -FREAK_RANK, axis=1)[:, -FREAK_RANK]
    return np.minimum(units, np.maximum(FREAK_MULTIPLE * usual, LEAST_BOUND_UNITS)[:, None])


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


def _uncensored_dispersion(
    units: FloatArray, exposure: FloatArray, is_censored: BoolArray, dispersion: FloatArray
) -> FloatArray:
    """Return the dispersion with sold-out days raised to what they hid, and with what is not known of them.

    Cut days hide the tail that the dispersion is made of, and it decides how much they hid. One pass of expectation and
    maximisation: further ones find a little more of the tail, and cost more in noise than that is worth.
    """
    demand = smooth(units, exposure, is_censored, dispersion, np.array([units.shape[1]]))[2]
    dispersion, _ = _dispersion(demand, exposure, hidden=np.where(is_censored, demand - units, 0.0))
    return dispersion
