"""What each channel may show of what can be sold: less what the others sell before it hears of that.

A channel shows its last figure until it is told another one. What sells elsewhere meanwhile would be sold twice, so
each channel leaves that much unshown: the units that the others sell in the time that news take, at a stated share of
all such times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.negative_binomial import mixture_quantiles

SAFE_SHARE = 0.99
"""Of the times in which a channel does not know yet what others sell: so many of them it does not sell a unit twice."""
SECONDS_OF_DAY = 86_400.0
_LEAST_SHARE = 1e-6
_ROUNDING = 1e-9


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
    is_told: BoolArray
    """(n,) whether the channel is told what it may show; others only sell."""


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
    >>> offers = Offers(np.array([0, 1]), np.array([0, 0]), twice, np.array([1.0, 1.0]), np.array([True, True]))
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
        elsewhere_units_per_day=elsewhere * SECONDS_OF_DAY,
        expected_units=expected,
        lag_seconds=np.divide(expected, elsewhere, out=np.zeros_like(expected), where=elsewhere > 0),
    )


def kept_units(offers: Offers, lags: Lags, buffer_units: IntArray, share: FloatArray) -> IntArray:
    """Return how many of an item's last units each offer shows where no channel could show any.

    The last units are never held back everywhere: the channel that sells most of an item shows them alone; of channels
    that sell as much of it the one that hears soonest, and then the first. Of all others it is 0, and of a channel that
    planners let show nothing.

    Args:
        offers: what is offered where.
        lags: how long news take.
        buffer_units: (n,) left unshown.
        share: (n,) what planners let an offer show of what can be sold; NaN where its buffer holds.
    """
    items = int(offers.item.max(initial=-1)) + 1
    hidden = np.where(np.isnan(share), buffer_units, np.ceil(1.0 / np.fmax(share, _LEAST_SHARE)) - 1.0).astype(np.int64)
    may_show = offers.is_told & ~(share <= 0)
    least = np.full(items, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(least, offers.item[may_show], hidden[may_show])
    told = _measured(lags.told_seconds)[offers.channel]
    order = np.lexsort((offers.channel, told, -offers.units_per_day, ~may_show, offers.item))
    is_first = np.ones(order.size, dtype=bool)
    is_first[1:] = offers.item[order][1:] != offers.item[order][:-1]
    keepers = order[is_first & may_show[order]]
    kept = np.zeros(offers.item.size, dtype=np.int64)
    kept[keepers] = least[offers.item[keepers]]
    return kept


def shown_units(
    available_units: IntArray, buffer_units: IntArray, kept: IntArray, share: FloatArray | None = None
) -> IntArray:
    """Return what offers show of what can be sold.

    Of 5 one with a buffer of 3 shows 2, of 2 nothing, unless it keeps the last ones; a quarter of 9 is 2:

    >>> share = np.array([np.nan, np.nan, np.nan, 0.25])
    >>> shown_units(np.array([5, 2, 2, 9]), np.array([3, 3, 3, 0]), np.array([0, 0, 3, 0]), share).tolist()
    [2, 0, 2, 2]
    """
    there = np.maximum(available_units, 0)
    shown = np.maximum(there - buffer_units, 0)
    if share is not None:
        shown = np.where(np.isnan(share), shown, np.floor(there * np.nan_to_num(share) + _ROUNDING)).astype(np.int64)
    return np.where(there <= kept, there, shown)


def _of_others(values: FloatArray, item: IntArray, items: int) -> FloatArray:
    """Return, for each offer, the sum of ``values`` over the item's other offers."""
    together = np.bincount(item, weights=values, minlength=items)[item]
    return np.maximum(together - values, 0.0)


def _measured(seconds: FloatArray) -> FloatArray:
    return np.where(np.isfinite(seconds), np.maximum(seconds, 0.0), 0.0)
