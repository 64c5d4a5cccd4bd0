"""What shoppers would have wanted on days without stock: drawn again from the item's own days.

No forecast of ours is the ruler that ours is judged by. A day without stock draws among the days that are known. A day
that sold out draws among days that wanted at least as much as it sold; the largest goes first, and its draw then counts
for the smaller ones, for it is the days of high demand that sell out (Kaplan & Meier 1958: what is cut off is handed on
to the right). Days of the same weekday within four weeks come first, then within eight, then any day within four weeks,
then, for what sold out, any day at all. A sale beyond all of them exceeds by as much as one item's largest day exceeds
its second largest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning import ItemHistory
from stockroom.replay.draws import uniforms
from stockroom.replay.scenario import BoolArray, CountArray, FloatArray, IntArray

_WEEKS = np.arange(1, 5) * 7
_DAYS = np.arange(1, 29)
NEIGHBOURS = (
    np.concatenate([-_WEEKS, _WEEKS]),
    np.concatenate([-_WEEKS - 28, _WEEKS + 28]),
    np.concatenate([-_DAYS, _DAYS]),
)
"""Days to draw from, tried in turn until one of them saw the item in stock."""
_CANDIDATES_AT_ONCE = 10_000_000
"""Bounds the memory: each censored day lies beside all days it may be drawn from."""
GREATEST_RATIO = 10.0
"""A largest day of more times the second largest is a freak, and says nothing of others."""


@dataclass(frozen=True, eq=False)
class LatentDemand:
    """What shoppers wanted, as far as a censored past can tell."""

    units: IntArray
    """(n, d) sold and imputed together."""
    is_imputed: BoolArray
    """(n, d) sold out or out all day: the units are a draw."""

    def day_share(self, days: slice) -> float:
        """Return the share of those days' item-days whose demand is a draw."""
        return float(self.is_imputed[:, days].mean())

    def unit_share(self, sold: CountArray, days: slice) -> float:
        """Return the share of those days' units that nobody saw being bought; ``sold`` is (n, d)."""
        wanted = int(self.units[:, days].sum())
        return 1.0 - float(sold[:, days].sum()) / wanted if wanted else 0.0


def impute_demand(history: ItemHistory, *, seed: int) -> LatentDemand:
    """Return demand behind censored sales; each item's draws depend on its key and the seed.

    Other items matter only to a sale beyond all that the item itself has shown.

    A Tuesday without stock, among Tuesdays that sold 3:

    >>> sold = np.zeros((1, 15), dtype=int); sold[0, [0, 14]] = 3
    >>> in_stock = np.ones((1, 15)); in_stock[0, 7] = 0
    >>> mug = ItemHistory(dates=np.datetime64("2011-03-01") + np.arange(15), units_sold=sold, unit_price=[5.0],
    ...     unit_cost=[3.0], supplier=["S"], category=["C"], fraction_in_stock=in_stock)
    >>> int(impute_demand(mug, seed=1).units[0, 7])
    3
    """
    sold_out = np.zeros(history.units_sold.shape, dtype=np.bool_) if history.sold_out is None else history.sold_out
    is_empty = np.zeros_like(sold_out) if history.fraction_in_stock is None else history.fraction_in_stock == 0
    is_empty &= ~sold_out
    is_known = ~(sold_out | is_empty)
    demand = history.units_sold.astype(np.int64)
    draws = uniforms(history.item_key, demand.shape[1], seed=seed)
    ratios = _record_ratios(np.where(is_known, demand, 0))
    any_day = np.arange(1 - demand.shape[1], demand.shape[1])
    is_usable = is_known.copy()
    for cells in _largest_first(demand, sold_out):
        found = _drawn(demand, is_usable, *cells, draws[cells], windows=(*NEIGHBOURS, any_day))
        demand[cells] = np.where(found < 0, _beyond_record(demand[cells], ratios, draws[cells]), found)
        is_usable[cells] = True
    rows, days = is_empty.nonzero()
    found = _drawn(demand, is_known, rows, days, draws[rows, days], windows=NEIGHBOURS)
    demand[rows, days] = np.maximum(found, demand[rows, days])
    return LatentDemand(demand, ~is_known)


def _largest_first(units: IntArray, sold_out: BoolArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the sold-out days, every item's largest first, then every item's second largest, and so on."""
    rows, days = sold_out.nonzero()
    order = np.lexsort((days, -units[rows, days], rows))
    rows, days = rows[order], days[order]
    turn = np.arange(rows.size) - np.searchsorted(rows, rows)
    for each in range(int(turn.max(initial=-1)) + 1):
        yield rows[turn == each], days[turn == each]


def _drawn(
    demand: IntArray,
    is_usable: BoolArray,
    rows: IntArray,
    days: IntArray,
    draws: FloatArray,
    *,
    windows: Sequence[IntArray],
) -> IntArray:
    """Return what a usable day of the first window that has one wanted, at least as much as sold; -1: there is none."""
    drawn = np.full(rows.size, -1, dtype=np.int64)
    for offsets in windows:
        left = (drawn < 0).nonzero()[0]
        for some in np.array_split(left, 1 + left.size * offsets.size // _CANDIDATES_AT_ONCE):
            near = days[some, None] + offsets
            is_there = (near >= 0) & (near < demand.shape[1])
            near = np.where(is_there, near, 0)
            candidate = demand[rows[some, None], near]
            fits = is_there & is_usable[rows[some, None], near] & (candidate >= demand[rows[some], days[some]][:, None])
            count = fits.sum(axis=1)
            wanted = np.floor(draws[some] * count).astype(np.int64)
            place = (fits.cumsum(axis=1) > wanted[:, None]).argmax(axis=1)
            drawn[some] = np.where(count > 0, candidate[np.arange(some.size), place], -1)
    return drawn


def _record_ratios(units: IntArray) -> FloatArray:
    """Return how many times its second largest day each item's largest was, in order; those without two say nothing."""
    if units.shape[1] < 2:
        return np.empty(0)
    second, largest = np.partition(units, -2, axis=1)[:, -2:].T
    ratios = largest[second > 0] / second[second > 0]
    return np.sort(ratios[ratios <= GREATEST_RATIO])


def _beyond_record(sold: IntArray, ratios: FloatArray, draws: FloatArray) -> IntArray:
    """Return what was wanted where more sold than on any other day."""
    if not ratios.size:
        return sold
    ratio = ratios[np.floor(draws * ratios.size).astype(np.int64)]
    return np.asarray(np.rint(sold * ratio), dtype=np.int64)
