"""Levels of demand at several speeds at once: exponential means over the days on which something could sell."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray

HALF_LIVES_DAYS = (7.0, 14.0, 28.0, 56.0, 112.0, 224.0, 448.0)
"""From a week, which follows a launch, to beyond a year, which forgets nothing."""
_IMPUTING_SPEED = 3
"""The speed whose level says what a sold-out day would have brought: eight weeks."""


def smooth(
    units: FloatArray,
    exposure: FloatArray,
    is_censored: BoolArray,
    variance_over_mean: FloatArray,
    look_days: IntArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return levels ``(looks, speeds, n)`` and evidence ``(looks, n)`` on the mornings ``look_days``, and demand.

    ``exposure (n, d)`` is what of an average day each day offered: the part of it on the shelf times the season's
    index; 0 is a missing day. A level is demand over exposure, so that a day which sells nothing by habit says nothing.

    A censored day (sold out, hour unknown) says only that demand was at least what was sold: it enters as ``E[D | D
    >= sales]`` under the level of that morning, a step of expectation and maximisation a day, whose fixed point is
    that of the censored likelihood (Wecker 1978; Agrawal & Smith 1996). Demand is ``units`` with those days raised.
    The evidence is the slowest speed's weight, in days.
    """
    n, days = units.shape
    decay = np.exp2(-1.0 / np.array(HALF_LIVES_DAYS))[:, None]
    total, weight = np.zeros((decay.size, n)), np.zeros((decay.size, n))
    # Day by day over all items: a day's values stand side by side.
    demand, offered_by_day = units.T.copy(), np.ascontiguousarray(exposure.T)
    cut_by_day = np.ascontiguousarray(is_censored.T)
    levels, evidence = np.zeros((look_days.size, decay.size, n)), np.zeros((look_days.size, n))
    row_of_day = {int(day): row for row, day in enumerate(look_days)}
    for day in range(days + 1):
        if day in row_of_day:
            row = row_of_day[day]
            levels[row] = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
            evidence[row] = weight[-1]
        if day == days:
            break
        offered = offered_by_day[day]
        cut = np.flatnonzero(cut_by_day[day])
        if cut.size:
            held = weight[_IMPUTING_SPEED, cut]
            level = np.divide(total[_IMPUTING_SPEED, cut], held, out=np.zeros_like(held), where=held > 0)
            demand[day, cut] = expected_above(demand[day, cut], level * offered[cut], variance_over_mean[cut])
        total = total * decay + np.where(offered > 0, demand[day], 0.0)
        weight = weight * decay + offered
    return levels, evidence, np.ascontiguousarray(demand.T)


def expected_above(least: FloatArray, mean: FloatArray, variance_over_mean: FloatArray) -> FloatArray:
    """Return ``E[D | D >= least]`` of a negative binomial; ``least`` itself where nothing is known of the mean.

    >>> one = lambda value: np.array([value])
    >>> float(expected_above(one(0.0), one(4.0), one(2.0))[0])
    4.0
    >>> bool(expected_above(one(6.0), one(4.0), one(2.0))[0] > 7)
    True
    """
    known = mean > 0
    safe = np.where(known, mean, 1.0)
    shape = safe / np.maximum(variance_over_mean - 1.0, 0.05)
    chance = shape / (shape + safe)
    reach = np.where(least > 0, 1.0 - betainc(shape, np.maximum(least, 1.0), chance), 1.0)
    # The mean of what lies above is the mean times the reach of a negative binomial of one success more.
    weighted = np.where(least > 1, 1.0 - betainc(shape + 1.0, np.maximum(least - 1.0, 1.0), chance), 1.0)
    above = np.divide(safe * weighted, reach, out=least.astype(np.float64).copy(), where=reach > 1e-9)
    return np.where(known, np.maximum(above, least), least)
