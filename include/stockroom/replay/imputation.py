"""What shoppers would have wanted on days without stock: drawn again from the item's own days near by.

No forecast of ours is the ruler that ours is judged by. A day that sold out draws among days that sold at least as
much (what sold is known, what was missed is not); a day without stock among all. Days of the same weekday within four
weeks come first, then within eight, then any day within four weeks. Where even those give nothing, nothing is assumed
beyond what sold, which favours no policy.
"""

from __future__ import annotations

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
_CELLS_AT_ONCE = 200_000
"""Bounds the memory: each censored day lies beside all days it may be drawn from."""


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
    """Return demand behind censored sales; each item's draws depend on its key and the seed alone.

    A Tuesday without stock, among Tuesdays that sold 3:

    >>> sold = np.zeros((1, 15), dtype=int); sold[0, [0, 14]] = 3
    >>> in_stock = np.ones((1, 15)); in_stock[0, 7] = 0
    >>> mug = ItemHistory(dates=np.datetime64("2011-03-01") + np.arange(15), units_sold=sold, unit_price=[5.0],
    ...     unit_cost=[3.0], supplier=["S"], category=["C"], fraction_in_stock=in_stock)
    >>> int(impute_demand(mug, seed=1).units[0, 7])
    3
    """
    is_censored = _is_censored(history)
    units = history.units_sold.astype(np.int64)
    draws = uniforms(history.item_key, units.shape[1], seed=seed)
    rows, days = is_censored.nonzero()
    for first in range(0, rows.size, _CELLS_AT_ONCE):
        part = slice(first, first + _CELLS_AT_ONCE)
        cells = rows[part], days[part]
        units[cells] = _drawn(history.units_sold, ~is_censored, *cells, draws[cells])
    return LatentDemand(units, is_censored)


def _is_censored(history: ItemHistory) -> BoolArray:
    """Return the days, (n, d), on which shoppers may have wanted more than they could buy."""
    is_censored = np.zeros(history.units_sold.shape, dtype=np.bool_)
    if history.sold_out is not None:
        is_censored |= history.sold_out
    if history.fraction_in_stock is not None:
        is_censored |= history.fraction_in_stock == 0
    return is_censored


def _drawn(units_sold: IntArray, is_known: BoolArray, rows: IntArray, days: IntArray, draws: FloatArray) -> IntArray:
    """Return the demand of those censored days; each is at least what sold."""
    sold = units_sold[rows, days].astype(np.int64)
    demand, is_open = sold.copy(), np.ones(rows.size, dtype=np.bool_)
    for offsets in NEIGHBOURS:
        open_cells = is_open.nonzero()[0]
        near = days[open_cells, None] + offsets
        is_there = (near >= 0) & (near < units_sold.shape[1])
        near = np.where(is_there, near, 0)
        candidate = units_sold[rows[open_cells, None], near]
        fits = is_there & is_known[rows[open_cells, None], near] & (candidate >= sold[open_cells, None])
        count = fits.sum(axis=1)
        wanted = np.floor(draws[open_cells] * count).astype(np.int64)
        place = (fits.cumsum(axis=1) > wanted[:, None]).argmax(axis=1)
        found = count > 0
        demand[open_cells[found]] = candidate[np.arange(open_cells.size), place][found]
        is_open[open_cells[found]] = False
    return demand
