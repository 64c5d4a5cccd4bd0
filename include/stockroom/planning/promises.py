"""What a supplier's dates are worth: goods come as much later than promised as they used to.

One observation per order: the day on which it came less the day that was promised. A supplier with few of them leans on
all suppliers (``B = n / (n + k)``, the shrinkage of FORMULAS 5 with the variances' ratio stated as ``k`` orders). What
has not come yet comes later than today, so only lateness beyond that of today is possible (its survival).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, TextArray

OWN_WORTH = 4.0
"""So many orders of its own weigh as much as those of all suppliers together."""
HALF_LIFE_DAYS = 180.0
"""A promise whose goods came this long ago counts half as much as one of today."""


@dataclass(frozen=True, eq=False)
class KeptPromises:
    """What came of promises, one value per order that had a day promised and has come."""

    supplier: TextArray
    late_days: FloatArray
    """Days from the promised day to the day of arrival; below 0: it came earlier."""
    age_days: FloatArray
    """How long ago it came."""


NO_PROMISES = KeptPromises(np.empty(0, dtype=np.str_), np.empty(0), np.empty(0))


def due_in_days(kept: KeptPromises, supplier: str, promised_in_days: float) -> float:
    """Return the median days until goods arrive that a supplier promises in ``promised_in_days``.

    Without earlier promises the promise itself is believed. An overdue delivery (``promised_in_days`` below 0) is
    judged by those earlier ones alone that were later still; later than all of them, it counts as due today: 0.

    >>> late = KeptPromises(np.array(["S01"] * 4), np.array([9.0, 10.0, 10.0, 30.0]), np.zeros(4))
    >>> due_in_days(late, "S01", 5.0)
    15.0
    >>> due_in_days(late, "S01", -12.0)  # it is 12 days late: one of those that take 30
    18.0
    >>> due_in_days(late, "S01", -40.0)
    0.0
    """
    if kept.late_days.size == 0:
        return promised_in_days
    weight = np.exp2(-kept.age_days / HALF_LIFE_DAYS)
    is_own = kept.supplier == supplier
    own = float(weight[is_own].sum())
    share = own / (own + OWN_WORTH)
    weight = share * is_own * weight / (own or 1.0) + (1.0 - share) * weight / weight.sum()
    arrives = promised_in_days + kept.late_days
    is_possible = arrives > 0
    if not is_possible.any():
        return 0.0
    return _median(arrives[is_possible], weight[is_possible])


def _median(values: FloatArray, weight: FloatArray) -> float:
    """Return the least value that half of the weight lies at or below."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) >= weight.sum() / 2 * (1 - 1e-12)
    return float(values[order][int(np.argmax(reached))])
