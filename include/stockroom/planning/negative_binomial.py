"""Demand over an interval as a negative binomial, and mixtures of it over intervals of several lengths."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from stockroom.planning.arrays import FloatArray, IntArray

LEAST_VARIANCE_OVER_MEAN = 1.02
"""A Poisson is the edge of the family; just inside it no parameter is infinite."""
_NOTHING = 1e-9
_UNITS_ADDED = (16, 64, 256, 1024)
_GREATEST_MEAN_ADDED = 200.0
"""Beyond it the chance of 0 is so small that sums started from it would drift."""
_NUMBERS_AT_ONCE = 2**20
_ALMOST_ALL = 1.0 - 1e-9


def reach(units: FloatArray, mean: FloatArray, variance: FloatArray) -> FloatArray:
    """Return ``P(X <= units)``; under 0 nothing, and 1 where the mean is 0.

    >>> one = lambda value: np.array([value])
    >>> round(float(reach(one(5.0), one(5.0), one(5.1))[0]), 3)  # nearly a Poisson of mean 5
    0.616
    """
    shape, chance = _parameters(mean, variance)
    inside = betainc(shape, np.floor(np.maximum(units, 0.0)) + 1.0, chance)
    return np.where(mean > _NOTHING, np.where(units < 0, 0.0, inside), np.where(units < 0, 0.0, 1.0))


def expected_short(units: FloatArray, mean: FloatArray, variance: FloatArray) -> FloatArray:
    """Return ``E[(X - units)+]`` for whole ``units`` of 0 or more.

    >>> one = lambda value: np.array([value])
    >>> round(float(expected_short(one(0.0), one(5.0), one(9.0))[0]), 6)
    5.0
    """
    shape, chance = _parameters(mean, variance)
    beyond = 1.0 - betainc(shape, units + 1.0, chance)
    weighted = np.where(units > 0, 1.0 - betainc(shape + 1.0, np.maximum(units, 1.0), chance), 1.0)
    return np.where(mean > _NOTHING, np.maximum(mean * weighted - units * beyond, 0.0), 0.0)


def mixture_quantile(level: FloatArray, means: FloatArray, variances: FloatArray) -> IntArray:
    """Return the quantile ``level (n,)`` of a mixture of negative binomials, in whole units.

    ``means`` and ``variances`` are ``(n, cases)``, the cases equally likely. Found by bisection over whole numbers, in
    the same steps for every item.
    """
    high = np.ceil((means + 12.0 * np.sqrt(variances)).max(axis=1, initial=0.0)) + 1.0
    low = np.full_like(high, -1.0)
    steps = int(np.ceil(np.log2(float(high.max(initial=1.0)) + 2.0)))
    for _ in range(steps):
        middle = np.floor(0.5 * (low + high))
        enough = reach(middle[:, None], means, variances).mean(axis=1) >= level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high, dtype=np.int64)


def mixture_quantiles(levels: FloatArray, means: FloatArray, variances: FloatArray) -> IntArray:
    """Return ``(n, q)`` what ``mixture_quantile`` returns, at ``levels (n, q)``; 0 for levels of 0 and less.

    Chances of few units are added up, which gives all levels at once; only items of many units are bisected.

    >>> means = np.array([[5.0, 5.0], [400.0, 400.0]])
    >>> mixture_quantiles(np.array([[0.5, 0.95]] * 2), means, 1.1 * means).tolist()
    [[5, 9], [400, 435]]
    """
    is_asked, levels = levels > 0, np.clip(levels, 1.0 - _ALMOST_ALL, _ALMOST_ALL)
    found = np.zeros(levels.shape, dtype=np.int64)
    left = np.flatnonzero(means.max(axis=1, initial=0.0) <= _GREATEST_MEAN_ADDED)
    is_left = np.ones(levels.shape[0], dtype=bool)
    for units in _UNITS_ADDED:
        at_once = max(_NUMBERS_AT_ONCE // (units * means.shape[1]), 1)
        for first in range(0, left.size, at_once):
            rows = left[first : first + at_once]
            reached = _reach_of_each(units, means[rows], variances[rows])
            enough = reached[:, -1] >= levels[rows].max(axis=1, initial=0.0)
            is_left[rows[enough]] = False
            for column in range(levels.shape[1]):
                found[rows, column] = (reached < levels[rows, column, None]).sum(axis=1)
        left = left[is_left[left]]
    rows = np.flatnonzero(is_left)
    for column in range(levels.shape[1] if rows.size else 0):
        found[rows, column] = mixture_quantile(levels[rows, column], means[rows], variances[rows])
    return np.where(is_asked, found, 0)


def _reach_of_each(units: int, means: FloatArray, variances: FloatArray) -> FloatArray:
    """Return ``(n, units)`` the chance that at most 0, 1, 2, … are wanted."""
    shape, chance = _parameters(means, variances)
    shape, chance = shape[:, :, None], chance[:, :, None]
    step = np.arange(1.0, units)
    ratio = (step - 1.0 + shape) / step * (1.0 - chance)
    of_each = np.exp(shape * np.log(chance)) * np.cumprod(np.concatenate([np.ones_like(shape), ratio], axis=2), axis=2)
    of_each = np.where(means[:, :, None] > _NOTHING, of_each, np.eye(1, units)[None])
    return np.asarray(of_each.mean(axis=1).cumsum(axis=1), dtype=np.float64)


def mixture_fill_point(short_units: FloatArray, means: FloatArray, variances: FloatArray) -> IntArray:
    """Return the least stock, in whole units, at which the expected shortage is at most ``short_units (n,)``."""
    high = np.ceil((means + 12.0 * np.sqrt(variances)).max(axis=1, initial=0.0)) + 1.0
    low = np.full_like(high, -1.0)
    steps = int(np.ceil(np.log2(float(high.max(initial=1.0)) + 2.0)))
    for _ in range(steps):
        middle = np.floor(0.5 * (low + high))
        missing = expected_short(np.maximum(middle, 0.0)[:, None], means, variances).mean(axis=1)
        enough = (missing <= short_units) & (middle >= 0)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high, dtype=np.int64)


def _parameters(mean: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    safe = np.where(mean > _NOTHING, mean, 1.0)
    spread = np.maximum(np.where(mean > _NOTHING, variance, 2.0), LEAST_VARIANCE_OVER_MEAN * safe)
    shape = safe * safe / (spread - safe)
    return shape, shape / (shape + safe)
