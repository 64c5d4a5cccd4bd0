"""One-shot items (a fashion line, a holiday): how many to buy once, from what similar items sold in their season.

Newsvendor (Arrow, Harris & Marschak 1951): buy up to the share of likely seasons ``(p - c) / (p - w)``, what a missed
sale costs over that and what a unit too many costs. The season's demand is lognormal with the spread of the similar
items, Student-t on the logarithm, as few of them tell little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from stockroom.planning.arrays import FloatArray, PlanningError

ALONE_SPREAD = 0.6
"""Standard deviation of the logarithm that is assumed of a single similar item."""
_CASES = 2_000


@dataclass(frozen=True, eq=False)
class SeasonBuy:
    """What to buy, and what follows on average."""

    units: int
    critical_share: float
    median_demand: float
    expected_sold: float
    expected_left: float
    expected_profit: float
    week_shares: FloatArray
    """How the season runs, as the similar items' did: each week's share."""


def buy_for_season(
    similar_units: FloatArray,
    *,
    price: float,
    unit_cost: float,
    salvage: float,
    times: float = 1.0,
    pack_units: int = 1,
) -> SeasonBuy:
    """Return what to buy of an item that cannot be bought again; ``similar_units (items, weeks)`` is what others sold.

    ``times``: how many times as much as they this one should sell. Packs are rounded to the nearest that pays.

    A price of 10, a cost of 4, worth 2 afterwards: 6 lost a sale missed, 2 a unit too many, so 75 % of the seasons.

    >>> others = np.array([[50.0, 50.0], [60.0, 40.0], [40.0, 60.0]])
    >>> bought = buy_for_season(others, price=10.0, unit_cost=4.0, salvage=2.0)
    >>> bought.critical_share, bought.units, bought.week_shares.tolist()
    (0.75, 100, [0.5, 0.5])

    Raises:
        PlanningError: no similar item that sold, or money, ``times`` or a pack that make no sense.
    """
    if not salvage < unit_cost < price:
        raise PlanningError(f"salvage {salvage} must be under cost {unit_cost}, and that under price {price}")
    if not 0 < times < np.inf or pack_units < 1:
        raise PlanningError(f"times {times} must be above 0, and a pack of {pack_units} hold a unit at least")
    totals = np.asarray(similar_units, dtype=np.float64).sum(axis=1)
    sold = totals > 0
    if not sold.any():
        raise PlanningError("none of the similar items sold anything in those weeks; name others, or another season")
    share = (price - unit_cost) / (price - salvage)
    demand = _cases(np.log(totals[sold]), times)
    wanted = float(np.quantile(demand, share))
    packs = np.floor(wanted / pack_units) + np.array([0.0, 1.0])
    profits = [_profit(demand, pack * pack_units, price, unit_cost, salvage) for pack in packs]
    units = int(packs[int(np.argmax(profits))] * pack_units)
    met = float(np.minimum(demand, units).mean())
    weeks = np.asarray(similar_units, dtype=np.float64)[sold] / totals[sold, None]
    return SeasonBuy(
        units=units,
        critical_share=share,
        median_demand=float(np.median(demand)),
        expected_sold=met,
        expected_left=units - met,
        expected_profit=max(profits),
        week_shares=weeks.mean(axis=0),
    )


def _cases(logs: FloatArray, times: float) -> FloatArray:
    """Return equally likely totals of the season."""
    moments = (np.arange(_CASES) + 0.5) / _CASES
    if logs.size == 1:
        steps = ALONE_SPREAD * np.sqrt(2.0) * stats.norm.ppf(moments)
    else:
        spread = float(np.std(logs, ddof=1)) * np.sqrt(1.0 + 1.0 / logs.size)
        steps = spread * np.clip(stats.t.ppf(moments, df=logs.size - 1), -4.0, 4.0)
    return np.asarray(np.exp(logs.mean() + steps) * times, dtype=np.float64)


def _profit(demand: FloatArray, units: float, price: float, unit_cost: float, salvage: float) -> float:
    sold = np.minimum(demand, units)
    return float((price * sold + salvage * (units - sold)).mean() - unit_cost * units)
