"""Hold estimated lost sales against a second witness: shoppers who asked to be told while a product was out.

Not everybody who finds a product out leaves an address, so what was asked for is a share of what was lost. That share
is not known; but if the estimate is right it is much the same everywhere, and nowhere above one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import gamma

from stockroom.planning.arrays import FloatArray, TextArray, floats

AGREES, TOO_LOW, TOO_HIGH, TOO_LITTLE = "agrees", "too_low", "too_high", "too_little"
"""Verdicts on an estimate; the last where too few asked to say anything."""
COVERAGE = 0.95
FAR = 2.0
"""Shoppers of one category leave an address more readily than those of another; a share so many times the usual, or as
many times less, is more than that."""


@dataclass(frozen=True, eq=False)
class Witness:
    """What who asked says of an estimate, one value per group of items."""

    rate: FloatArray
    """Units asked for ÷ units lost; nan where none is estimated to be lost."""
    rate_low: FloatArray
    rate_high: FloatArray
    """Ends of the 95 % interval: of who asks, not of the estimate."""
    usual_rate: FloatArray
    """The rate of all other groups together; nan where they say nothing."""
    verdict: TextArray


def weigh_lost_sales(units_lost: FloatArray, units_asked: FloatArray, squares_asked: FloatArray) -> Witness:
    """Return what requests say of estimated lost units, one value per group of items.

    ``squares_asked`` is the sum of the squares of the quantities asked for: a compound Poisson sum is as sure as
    ``(Σ q)² / Σ q²`` requests of equal size, whose interval is Garwood's (1936).

    >>> asked = np.array([20.0, 20.0, 20.0, 99.0])  # one unit each
    >>> found = weigh_lost_sales(np.full(4, 100.0), asked, asked)
    >>> found.verdict.tolist()
    ['agrees', 'agrees', 'agrees', 'too_low']
    >>> [float(values[0].round(2)) for values in (found.rate_low, found.rate, found.rate_high)]
    [0.12, 0.2, 0.31]

    Raises:
        PlanningError: a wrong shape, or a number under 0.
    """
    groups = (np.asarray(units_lost).size,)
    lost, asked = floats("units_lost", units_lost, groups), floats("units_asked", units_asked, groups)
    squares = floats("squares_asked", squares_asked, groups)
    size = np.divide(squares, asked, out=np.ones_like(asked), where=asked > 0)
    requests, tail = asked / size, (1.0 - COVERAGE) / 2.0
    least = np.where(requests > 0, gamma.ppf(tail, np.maximum(requests, 1e-9)), 0.0) * size
    most = gamma.ppf(1.0 - tail, requests + 1.0) * size
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, low, high = (np.where(lost > 0, units / lost, np.nan) for units in (asked, least, most))
        usual = np.where(lost.sum() > lost, (asked.sum() - asked) / (lost.sum() - lost), np.nan)
    usual = np.where(usual > 0, usual, np.nan)
    is_low = (least > np.maximum(lost, 1.0)) | (low > FAR * usual)
    is_high = high < usual / FAR
    says_something = (low >= usual / FAR) | (high <= usual * FAR)
    verdict = np.select([is_low, is_high, says_something], [TOO_LOW, TOO_HIGH, AGREES], TOO_LITTLE)
    return Witness(rate, low, high, usual, verdict.astype(str))
