"""What a reorder point has to last for: the lead time, less what orders gain by overtaking one another.

An order that is late hardly hurts while the next one, sent days later, comes in before it: the shelf does not ask
which order its units were bought with. So the k-th delivery counts from the k-th order, in the order of arrival
(FORMULAS 6; Robinson, Bradley & Thomas 2001). The quicker an item turns over its lots, the more orders are under way
at once, and the shorter the effective tail.
"""

from __future__ import annotations

import numpy as np

from stockroom.planning.arrays import FloatArray

CYCLES_DAYS = np.array([1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 16.0, 22.0, 32.0, 45.0, 64.0, 365.0])
"""Days between two orders, for which the effect is worked out; an item takes the nearest."""
_ORDERS = 360
_SEED = 20110630


def effective_cases(cases_days: FloatArray, cycle_days: FloatArray) -> FloatArray:
    """Return ``(n, cases)`` equally likely days from an order to its replacement, where orders may overtake.

    ``cases_days (n, cases)`` are the equally likely lead times, ``cycle_days (n,)`` the time between two orders.

    >>> two_humps = np.array([[10.0] * 11 + [35.0]])
    >>> float(effective_cases(two_humps, np.array([365.0])).max())  # nothing overtakes
    35.0
    >>> bool(effective_cases(two_humps, np.array([4.0])).max() < 20)
    True
    """
    if cases_days.shape[0] == 0:
        return cases_days
    kinds, kind_of_item = np.unique(cases_days, axis=0, return_inverse=True)
    cycle = np.abs(np.log(np.maximum(cycle_days, 1.0))[:, None] - np.log(CYCLES_DAYS)[None, :]).argmin(axis=1)
    drawn = _draws(cases_days.shape[1])
    middles = ((np.arange(cases_days.shape[1]) + 0.5) / cases_days.shape[1] * _ORDERS).astype(np.int64)
    table = np.empty((kinds.shape[0], CYCLES_DAYS.size, cases_days.shape[1]))
    for row, days_between in enumerate(CYCLES_DAYS):
        sent = np.arange(_ORDERS) * days_between
        arrival = np.sort(sent + kinds[:, drawn], axis=1)
        table[:, row] = np.sort(arrival - sent, axis=1)[:, middles]
    return np.asarray(table[kind_of_item.ravel(), cycle], dtype=np.float64)


def _draws(cases: int) -> np.ndarray:
    """Return which case each of the orders falls to: all equally often, in one fixed shuffled order."""
    every = np.repeat(np.arange(cases), _ORDERS // cases)
    return np.asarray(np.random.default_rng(_SEED).permutation(every))
