"""What nobody can beat: the lots of a store that knew all demand and every lead time beforehand.

A lower bound on the cost of *any* policy on the scenario. It is let off packs and minimums, and may keep a unit for a
shopper of tomorrow while one of today leaves without; both only make it cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.replay.scenario import BoolArray, FloatArray, IntArray, Scenario
from stockroom.replay.simulator import Run

CLAIRVOYANT = "clairvoyant"


@dataclass(frozen=True, eq=False)
class Lots:
    """The cheapest way to serve a known demand."""

    cost: FloatArray
    """(n,) ordering, holding and losing together."""
    arrived: IntArray
    """(n, j) units by the morning on which they arrive."""
    served: IntArray
    """(n, j) of the demand."""


def clairvoyant(scenario: Scenario) -> Run:
    """Return the run of the lower bound.

    What is in stock or inbound at the start goes to the earliest demand: giving a unit to a later one instead would
    only hold it longer (exchange argument). The demand that is left is bought in the lots of ``wagner_whitin``.
    """
    stock, sold_from_start = _sell_out(scenario)
    sent_on = _evenings_by_arrival(scenario)
    lots = wagner_whitin(
        scenario.demand - sold_from_start,
        order_cost=np.full(scenario.demand.shape, scenario.costs.order_cost),
        holding_cost=scenario.carrying_cost_per_day,
        lost_unit_cost=scenario.lost_unit_cost,
        may_arrive=sent_on >= 0,
    )
    ordered = np.zeros_like(scenario.demand)
    rows, mornings = lots.arrived.nonzero()
    ordered[rows, sent_on[rows, mornings]] = lots.arrived[rows, mornings]
    sold = sold_from_start + lots.served
    return Run(
        name=CLAIRVOYANT,
        sold=sold,
        lost=scenario.demand - sold,
        arrived=scenario.inbound + lots.arrived,
        ordered=ordered,
        stock_at_close=stock + (lots.arrived - lots.served).cumsum(axis=1),
    )


def wagner_whitin(
    demand: IntArray,
    *,
    order_cost: FloatArray,
    holding_cost: FloatArray,
    lost_unit_cost: FloatArray,
    may_arrive: BoolArray,
) -> Lots:
    """Return each item's cheapest lots for a known demand that may also be lost (Wagner & Whitin 1958).

    ``demand``, ``order_cost`` and ``may_arrive`` are (n, j), ``holding_cost`` (n,) per unit and night and
    ``lost_unit_cost`` (n,) per unit. A unit comes with the latest lot before it, or is lost where that is cheaper than
    holding it since; so only the days of the lots are to be chosen: a shortest path over days, O(n j**2).

    Four periods, 500 an order, 2 to hold one (Snyder & Shen, Fundamentals of Supply Chain Theory, example 3.9):

    >>> lots = wagner_whitin(np.array([[90, 120, 80, 70]]), order_cost=np.full((1, 4), 500.0),
    ...     holding_cost=np.array([2.0]), lost_unit_cost=np.array([1e6]), may_arrive=np.ones((1, 4), dtype=bool))
    >>> lots.cost.tolist(), lots.arrived.tolist()
    ([1380.0], [[210, 0, 150, 0]])
    """
    items, days = demand.shape
    best = np.zeros((items, days + 1))
    following = np.full((items, days), days)
    for day in reversed(range(days)):
        unit_cost = np.minimum(np.multiply.outer(holding_cost, np.arange(days - day)), lost_unit_cost[:, None])
        cost = (demand[:, day:] * unit_cost).cumsum(axis=1) + best[:, day + 1 :]
        following[:, day] = day + 1 + cost.argmin(axis=1)
        best[:, day] = np.where(may_arrive[:, day], order_cost[:, day] + cost.min(axis=1), np.inf)
    lost_before = np.zeros((items, days + 1))
    lost_before[:, 1:] = (demand * lost_unit_cost[:, None]).cumsum(axis=1)
    total = lost_before + best
    arrived, served = _lots(demand, total.argmin(axis=1), following, holding_cost, lost_unit_cost)
    return Lots(cost=total.min(axis=1), arrived=arrived, served=served)


def _lots(
    demand: IntArray, first: IntArray, following: IntArray, holding_cost: FloatArray, lost_unit_cost: FloatArray
) -> tuple[IntArray, IntArray]:
    """Return the units by morning of arrival and by day of sale, walking the chosen days forward."""
    rows = np.arange(demand.shape[0])
    arrived, served = np.zeros_like(demand), np.zeros_like(demand)
    latest, coming = np.full(rows.size, -1), first
    for day in range(demand.shape[1]):
        is_new = coming == day
        latest, coming = np.where(is_new, day, latest), np.where(is_new, following[:, day], coming)
        is_served = (latest >= 0) & (holding_cost * (day - latest) < lost_unit_cost)
        served[:, day] = np.where(is_served, demand[:, day], 0)
        arrived[rows, latest] += served[:, day]
    return arrived, served


def _sell_out(scenario: Scenario) -> tuple[IntArray, IntArray]:
    """Return stock at close and units sold, (n, j), if nothing were ever ordered."""
    stock, at_close, sold = scenario.past.on_hand, np.zeros_like(scenario.demand), np.zeros_like(scenario.demand)
    for day in range(scenario.days):
        stock = stock + scenario.inbound[:, day]
        sold[:, day] = np.minimum(stock, scenario.demand[:, day])
        stock = stock - sold[:, day]
        at_close[:, day] = stock
    return at_close, sold


def _evenings_by_arrival(scenario: Scenario) -> IntArray:
    """Return the latest review evening, (n, j), whose order arrives on that morning; -1 where none does."""
    sent_on = np.full(scenario.demand.shape, -1)
    for evening in range(0, scenario.days, scenario.review_days):
        morning = evening + scenario.lead_time_days[:, evening]
        rows = (morning < scenario.days).nonzero()[0]
        sent_on[rows, morning[rows]] = evening
    return sent_on
