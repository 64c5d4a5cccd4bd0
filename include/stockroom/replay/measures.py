"""What a run came to: units and money per item, in total, and how sure a difference is.

Lost margin is lost units times margin and goodwill, carrying cost the average stock value for those days (FORMULAS,
Money), ordering cost the orders. Stock left at the end has been carried until then and costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.replay.scenario import DAYS_OF_YEAR, FloatArray, IntArray, Scenario
from stockroom.replay.simulator import Run

BOOTSTRAP_DRAWS = 1000
_DRAWS_AT_ONCE = 50
"""Bounds the memory of the bootstrap: draws x items counts lie side by side."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A run measured; money in the scenario's currency. (n,) per item, (j,) per day over all items."""

    name: str
    units_demanded: IntArray
    units_lost: IntArray
    stockout_days: IntArray
    """(n,) days on which a shopper left without."""
    average_stock_value: FloatArray
    """(n,) at cost, mean over the evenings."""
    orders: IntArray
    lost_margin: FloatArray
    carrying: FloatArray
    ordering: FloatArray
    stock_value_by_day: FloatArray
    """(j,) in the evening."""
    stockouts_by_day: IntArray
    """(j,) items that lost a sale that day."""

    @property
    def cost(self) -> FloatArray:
        """Return lost margin, carrying and ordering together, per item."""
        return self.lost_margin + self.carrying + self.ordering


@dataclass(frozen=True)
class Totals:
    """An outcome over all items."""

    units_demanded: int
    units_lost: int
    fill_rate: float
    """Share of the units demanded that was served; 1 where nothing was."""
    stockout_days: int
    stockout_share: float
    """Stockout days among all items' days."""
    average_stock_value: float
    orders: int
    lost_margin: float
    carrying: float
    ordering: float
    cost: float


@dataclass(frozen=True)
class Interval:
    """Where a number lies with 95 % of the resamples."""

    low: float
    high: float


def measure(scenario: Scenario, run: Run) -> Outcome:
    """Return what the run came to under the scenario's prices and costs."""
    is_stockout = run.lost > 0
    value = run.stock_at_close * scenario.past.unit_cost[:, None]
    units_lost, average_value = run.lost.sum(axis=1), value.mean(axis=1)
    orders = (run.ordered > 0).sum(axis=1)
    return Outcome(
        name=run.name,
        units_demanded=scenario.demand.sum(axis=1),
        units_lost=units_lost,
        stockout_days=is_stockout.sum(axis=1),
        average_stock_value=average_value,
        orders=orders,
        lost_margin=units_lost * scenario.lost_unit_cost,
        carrying=average_value * scenario.costs.carrying_rate * scenario.days / DAYS_OF_YEAR,
        ordering=orders * scenario.costs.order_cost,
        stock_value_by_day=value.sum(axis=0),
        stockouts_by_day=is_stockout.sum(axis=0),
    )


def totals(outcome: Outcome) -> Totals:
    """Return the outcome's sums over items."""
    demanded, lost = int(outcome.units_demanded.sum()), int(outcome.units_lost.sum())
    item_days = outcome.stockout_days.size * outcome.stockouts_by_day.size
    return Totals(
        units_demanded=demanded,
        units_lost=lost,
        fill_rate=1.0 - lost / demanded if demanded else 1.0,
        stockout_days=int(outcome.stockout_days.sum()),
        stockout_share=float(outcome.stockout_days.sum() / item_days),
        average_stock_value=float(outcome.average_stock_value.sum()),
        orders=int(outcome.orders.sum()),
        lost_margin=float(outcome.lost_margin.sum()),
        carrying=float(outcome.carrying.sum()),
        ordering=float(outcome.ordering.sum()),
        cost=float(outcome.cost.sum()),
    )


def saving_intervals(ours: Outcome, others: Sequence[Outcome], *, seed: int) -> list[Interval]:
    """Return, for each other policy, where what ours saves lies, as a share of the other's total cost.

    A paired bootstrap over items: each draw takes as many items as there are, with replacement, the same for both
    policies (Efron & Tibshirani 1993, chapter 16). It says how much the result hangs on which items the store happens
    to sell, not on which demand they happened to see.
    """
    random = np.random.default_rng(seed)
    cost = np.stack([ours.cost, *(other.cost for other in others)], axis=1)
    items = cost.shape[0]
    chunks = [
        random.multinomial(items, np.full(items, 1.0 / items), size=_DRAWS_AT_ONCE) @ cost
        for _ in range(BOOTSTRAP_DRAWS // _DRAWS_AT_ONCE)
    ]
    drawn = np.concatenate(chunks)
    saved = 1.0 - np.divide(drawn[:, :1], drawn[:, 1:], out=np.ones_like(drawn[:, 1:]), where=drawn[:, 1:] > 0)
    bounds = np.round(np.quantile(saved, (0.025, 0.975), axis=0), 6)
    return [Interval(float(low), float(high)) for low, high in bounds.T]


def items_done_worse(ours: Outcome, other: Outcome) -> IntArray:
    """Return the rows of the items that cost more under ours than under ``other``, most money first."""
    difference = ours.cost - other.cost
    worse = (difference > 0).nonzero()[0]
    return worse[np.argsort(-difference[worse], kind="stable")]
