"""When an order that has not come will come: the survival of lead times, given how long it has been waited for.

A supplier's twelve equally likely lead times are smoothed on the logarithm of days, each as wide as its neighbours are
apart (Abramson 1982), so that two humps stay two. ``S(t)`` is the chance that an order takes longer than
``t``; of one that has been out for ``w`` days, ``P(it comes within d) = 1 - S(w + d) / S(w)``. A small share of orders
never comes at all: each day without the goods makes that likelier, and no date makes it certain that they come.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from stockroom.planning.arrays import FloatArray
from stockroom.planning.history import LeadTimeHistory
from stockroom.planning.lead_time import CASES
from stockroom.planning.lost_orders import GREATEST_OVER_QUOTED, usual_log_days

NEVER_SHARE, NEVER_WORTH = 0.01, 100.0
"""Orders that never come, before any is seen, and so many orders' worth of belief in that."""
LATE_SHARE = 0.2
"""An order is late once no more than so many of its supplier's orders take longer."""
LEAST_WIDTH, GREATEST_WIDTH = 0.05, 0.20
"""On the log of days: a supplier that always took 14 days may take 15; one that took 40 once may take 33 or 49."""
_BISECTIONS = 40


def never_share(lead_times: LeadTimeHistory) -> float:
    """Return which share of orders never comes: those out for more than four times what is usual, and a prior.

    >>> days = np.array([10.0] * 99 + [400.0])
    >>> is_open = np.array([False] * 99 + [True])
    >>> never_share(LeadTimeHistory(np.array(["S01"] * 100), days, is_open=is_open))
    0.01
    """
    arrived = ~lead_times.is_open
    greatest = GREATEST_OVER_QUOTED * np.exp(usual_log_days(lead_times, arrived))
    lost = int((lead_times.is_open & (lead_times.days > greatest)).sum())
    return (lost + NEVER_SHARE * NEVER_WORTH) / (int(arrived.sum()) + lost + NEVER_WORTH)


def chance_of_longer(cases_days: FloatArray, days: FloatArray) -> FloatArray:
    """Return ``(n,)`` the chance that an order which does come takes longer than ``days (n,)``.

    ``cases_days (n, 12)`` are the equally likely lead times of its supplier.

    >>> steady = np.full((1, 12), 10.0)
    >>> [round(float(chance_of_longer(steady, np.array([days]))[0]), 2) for days in (5.0, 10.0, 20.0)]
    [1.0, 0.5, 0.0]
    """
    return _longer(np.log(cases_days), _width(cases_days), days[:, None])[:, 0]


def chance_within(cases_days: FloatArray, waited_days: FloatArray, days: FloatArray, *, never: float) -> FloatArray:
    """Return ``(n,)`` the chance that an order out for ``waited_days (n,)`` comes within the next ``days (n,)``.

    >>> half = np.array([[10.0] * 6 + [40.0] * 6])
    >>> round(float(chance_within(half, np.array([0.0]), np.array([20.0]), never=0.0)[0]), 2)
    0.5
    >>> round(float(chance_within(half, np.array([20.0]), np.array([10.0]), never=0.0)[0]), 2)  # it is one of the slow
    0.0
    >>> round(float(chance_within(half, np.array([300.0]), np.array([30.0]), never=0.01)[0]), 2)  # it is lost
    0.0
    """
    longer = never + (1.0 - never) * chance_of_longer(cases_days, waited_days + np.maximum(days, 0.0))
    so_far = never + (1.0 - never) * chance_of_longer(cases_days, waited_days)
    return np.where(so_far > 0, 1.0 - longer / np.where(so_far > 0, so_far, 1.0), 0.0)


def remaining_cases(
    cases_days: FloatArray, waited_days: FloatArray, *, never: float, horizon_days: float
) -> FloatArray:
    """Return ``(n, 12)`` equally likely days, ascending, until an order comes that has been out for ``waited_days``.

    Nothing comes later than ``horizon_days``: by then somebody has bought elsewhere.

    >>> steady = np.full((1, 12), 10.0)
    >>> remaining_cases(steady, np.array([4.0]), never=0.0, horizon_days=90.0).round().tolist()[0][::11]
    [5.0, 7.0]
    >>> remaining_cases(steady, np.array([60.0]), never=0.01, horizon_days=90.0).round().tolist()[0][0]
    90.0
    """
    log_cases, width = np.log(cases_days), _width(cases_days)
    so_far = never + (1.0 - never) * _longer(log_cases, width, waited_days[:, None])
    wanted = so_far * (1.0 - (np.arange(CASES) + 0.5) / CASES)[None, :]
    low, high = np.zeros_like(wanted), np.full_like(wanted, horizon_days)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        is_longer = never + (1.0 - never) * _longer(log_cases, width, waited_days[:, None] + middle) > wanted
        low, high = np.where(is_longer, middle, low), np.where(is_longer, high, middle)
    return high


def late_after_days(cases_days: FloatArray) -> FloatArray:
    """Return ``(n,)`` the days after which an order is late: only one in five of its supplier's takes longer.

    >>> steady = np.full((1, 12), 10.0)
    >>> late_after_days(steady).round(1).tolist()
    [10.4]
    """
    log_cases, width = np.log(cases_days), _width(cases_days)
    low, high = np.zeros((cases_days.shape[0], 1)), 4.0 * cases_days.max(axis=1, keepdims=True)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        is_longer = _longer(log_cases, width, middle) > LATE_SHARE
        low, high = np.where(is_longer, middle, low), np.where(is_longer, high, middle)
    return np.asarray(high[:, 0])


def _longer(log_cases: FloatArray, width: FloatArray, days: FloatArray) -> FloatArray:
    """Return ``(n, q)`` the chance that a lead time is longer than ``days (n, q)``."""
    z = (log_cases[:, None, :] - np.log(np.maximum(days, 1e-9))[:, :, None]) / width[:, None, :]
    return np.asarray(ndtr(z).mean(axis=2), dtype=np.float64)


def _width(cases_days: FloatArray) -> FloatArray:
    """Return how far each case is smeared, on the log of days: as far as the nearer neighbour is away."""
    gaps = np.diff(np.log(cases_days), axis=1)
    beyond = np.full((cases_days.shape[0], 1), np.inf)
    nearest = np.minimum(np.hstack([beyond, gaps]), np.hstack([gaps, beyond]))
    return np.asarray(np.clip(nearest, LEAST_WIDTH, GREATEST_WIDTH), dtype=np.float64)
