"""What each channel may show of what can be sold: less what the others sell before it hears of that.

A channel shows its last figure until it is told another one. What sells elsewhere meanwhile would be sold twice, so
each channel leaves that much unshown: the units that the others sell in the time that news take, at a stated share of
all such times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.negative_binomial import mixture_quantiles

SAFE_SHARE = 0.99
"""Of the times in which a channel does not know yet what others sell: so many of them it does not sell a unit twice."""
SECONDS_OF_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Offers:
    """``n`` offers: an item (a SKU at a location) on a channel that is told what can be sold."""

    channel: IntArray
    """(n,) number of the channel, its row in ``Lags``."""
    item: IntArray
    """(n,) number of the item."""
    units_per_day: FloatArray
    """(n,) sold of it through this channel, in the hours in which the channel sells."""
    units_per_sale: FloatArray
    """(n,) mean of squares over mean of what one sale takes: 1 where everybody buys one."""


@dataclass(frozen=True, eq=False)
class Lags:
    """How long news take, the 95th percentile of what was measured, one value per channel."""

    known_seconds: FloatArray
    """(c,) from a sale there until it is known here; infinite where none was measured."""
    told_seconds: FloatArray
    """(c,) from knowing here until the channel shows it; infinite where none was measured."""


@dataclass(frozen=True, eq=False)
class Buffers:
    """What each offer leaves unshown, and the terms that it follows from."""

    units: IntArray
    """(n,)"""
    keeps_units: IntArray
    """(n,) at most so many that no channel could show are shown here; 0 for all but one offer of an item."""
    elsewhere_units_per_day: FloatArray
    """(n,)"""
    expected_units: FloatArray
    """(n,) sold elsewhere in the time that news take, on average."""
    lag_seconds: FloatArray
    """(n,) that time: the mean over the channels that sell it elsewhere, by what they sell; 0 where none does."""


def size_buffers(offers: Offers, lags: Lags, *, safe_share: float = SAFE_SHARE) -> Buffers:
    """Return what each offer leaves unshown.

    Of a channel *o* that sells elsewhere, ``known_o + told_c`` seconds pass until channel *c* shows it. What all
    others sell meanwhile is compound Poisson, with mean ``sum(rate_o * (known_o + told_c))`` and that mean times units
    per sale as its variance; a negative binomial of both gives the quantile. Where nothing was measured nothing is left
    unshown.

    Two channels sell 48 a day each, and news take half an hour: one unit is sold elsewhere on average, four at most.

    >>> twice = np.array([48.0, 48.0])
    >>> offers = Offers(np.array([0, 1]), np.array([0, 0]), twice, np.array([1.0, 1.0]))
    >>> buffers = size_buffers(offers, Lags(np.array([900.0, 900.0]), np.array([900.0, 900.0])))
    >>> buffers.expected_units.tolist(), buffers.units.tolist()
    ([1.0, 1.0], [4, 4])
    """
    items = int(offers.item.max(initial=-1)) + 1
    known = _measured(lags.known_seconds)[offers.channel]
    told = _measured(lags.told_seconds)[offers.channel]
    rate = offers.units_per_day / SECONDS_OF_DAY
    elsewhere = _of_others(rate, offers.item, items)
    expected = _of_others(rate * known, offers.item, items) + told * elsewhere
    spread = rate * offers.units_per_sale
    variance = _of_others(spread * known, offers.item, items) + told * _of_others(spread, offers.item, items)
    levels = np.full((offers.item.size, 1), safe_share)
    units = mixture_quantiles(levels, expected[:, None], variance[:, None])[:, 0]
    return Buffers(
        units=units,
        keeps_units=_kept(offers, units, told, items),
        elsewhere_units_per_day=elsewhere * SECONDS_OF_DAY,
        expected_units=expected,
        lag_seconds=np.divide(expected, elsewhere, out=np.zeros_like(expected), where=elsewhere > 0),
    )


def shown_units(available: IntArray, buffer_units: IntArray, keeps_units: IntArray) -> IntArray:
    """Return what offers show of ``available`` units.

    The last units are never held back everywhere: where no channel could show any, the one that keeps them shows them
    all, and then nobody else can sell them.

    >>> shown_units(np.array([5, 2, 2, 0]), np.array([3, 3, 3, 3]), np.array([0, 0, 3, 3])).tolist()
    [2, 0, 2, 0]
    """
    there = np.maximum(available, 0)
    return np.where(there <= keeps_units, there, np.maximum(there - buffer_units, 0))


def _kept(offers: Offers, units: IntArray, told: FloatArray, items: int) -> IntArray:
    """Return how many of the last units each offer keeps: of each item one does, the channel that sells most of it.

    Of channels that sell as much of it the one that hears soonest, and then the first one.
    """
    least = np.full(items, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(least, offers.item, units)
    order = np.lexsort((offers.channel, told, -offers.units_per_day, offers.item))
    is_first = np.ones(order.size, dtype=bool)
    is_first[1:] = offers.item[order][1:] != offers.item[order][:-1]
    kept = np.zeros(offers.item.size, dtype=np.int64)
    keepers = order[is_first]
    kept[keepers] = least[offers.item[keepers]]
    return kept


def _of_others(values: FloatArray, item: IntArray, items: int) -> FloatArray:
    """Return, for each offer, the sum of ``values`` over the item's other offers."""
    together = np.bincount(item, weights=values, minlength=items)[item]
    return np.maximum(together - values, 0.0)


def _measured(seconds: FloatArray) -> FloatArray:
    return np.where(np.isfinite(seconds), np.maximum(seconds, 0.0), 0.0)
