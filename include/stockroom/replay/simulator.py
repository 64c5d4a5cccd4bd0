"""Play one policy day by day: receive in the morning, sell, look and order in the evening. What is not there is lost.

A loop over days; everything within a day is arrays over items.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

import numpy as np

from stockroom.planning import ItemHistory, LeadTimeHistory
from stockroom.replay.diary import Diary
from stockroom.replay.scenario import IntArray, ReplayError, Scenario


class Levels(NamedTuple):
    """What a policy decides, in whole units per item."""

    reorder_point_units: IntArray
    """(n,) at or under it, order."""
    order_up_to_units: IntArray
    """(n,) the level that position plus order reaches."""


class ReplayPolicy(Protocol):
    """A rule that sets levels from what a store knows; it is asked again whenever the scenario replans."""

    @property
    def name(self) -> str:
        """Return what a reader calls it; one of a kind within a replay."""
        ...

    def levels(self, history: ItemHistory, lead_times: LeadTimeHistory, as_of_date: date) -> Levels:
        """Return the levels that hold from ``as_of_date``, the first day not in ``history``."""
        ...


@dataclass(frozen=True, eq=False)
class Run:
    """What happened to every item on every judged day, all (n, j) in units."""

    name: str
    sold: IntArray
    lost: IntArray
    """Demand that found an empty shelf."""
    arrived: IntArray
    """On the morning of the day."""
    ordered: IntArray
    """On the evening of the day."""
    stock_at_close: IntArray


def simulate(scenario: Scenario, policy: ReplayPolicy, *, on_day: Callable[[], object] = lambda: None) -> Run:
    """Return what ``policy`` would have done: the levels are set on the first evening, then every ``replan_days``.

    A policy sees its own sales, stock days and arrivals up to that evening, nothing of what is to come. ``on_day`` is
    called after each day, for a progress bar.

    Raises:
        ReplayError: the policy returned levels of another shape, or none that are whole numbers of 0 or more.
    """
    store = _Store(scenario, policy.name)
    levels = Levels(np.zeros_like(store.stock), np.zeros_like(store.stock))
    for day in range(scenario.days):
        store.receive_and_sell(day)
        if day % scenario.replan_days == 0:
            levels = _levels(store, policy, day)
        if day % scenario.review_days == 0:
            store.order(levels, day)
        on_day()
    return store.run


class _Store:
    """One policy's stock, orders under way and diary, from day to day."""

    def __init__(self, scenario: Scenario, name: str) -> None:
        self.scenario = scenario
        self.diary = Diary(scenario)
        self.run = Run(name, *(_columns(np.zeros_like(scenario.demand)) for _ in range(5)))
        self.stock = scenario.past.on_hand
        self.on_order = scenario.inbound.sum(axis=1)
        self._arriving = _columns(scenario.inbound)

    def receive_and_sell(self, day: int) -> None:
        """Put what arrives on the shelf, sell what is there, and lose the rest of the demand."""
        arrived, demand = self._arriving[:, day], self.scenario.demand[:, day]
        at_opening = self.stock + arrived
        sold = np.minimum(demand, at_opening)
        self.stock, self.on_order = at_opening - sold, self.on_order - arrived
        self.diary.record_day(day, stock_at_opening=at_opening, sold=sold)
        run = self.run
        run.arrived[:, day], run.sold[:, day], run.lost[:, day] = arrived, sold, demand - sold
        run.stock_at_close[:, day] = self.stock

    def order(self, levels: Levels, day: int) -> None:
        """Order every item that is at its reorder point or under it; what arrives after the last day stays on order."""
        ordered = _order_units(self.scenario, levels, position=self.stock + self.on_order)
        arrival_day = day + self.scenario.lead_time_days[:, day]
        rows = ((ordered > 0) & (arrival_day < self.scenario.days)).nonzero()[0]
        self._arriving[rows, arrival_day[rows]] += ordered[rows]
        self.on_order = self.on_order + ordered
        self.diary.record_orders(day, ordered)
        self.run.ordered[:, day] = ordered


def _levels(store: _Store, policy: ReplayPolicy, day: int) -> Levels:
    """Return the policy's levels from what the store knows on the evening of ``day``; checked."""
    as_of_date = (store.scenario.first_day + np.timedelta64(day + 1, "D")).astype(date)
    history = store.diary.items(day, on_hand=store.stock, on_order=store.on_order)
    point, up_to = policy.levels(history, store.diary.lead_times(day), as_of_date)
    items = store.scenario.items
    return Levels(_whole_levels(policy, point, items), _whole_levels(policy, up_to, items))


def _whole_levels(policy: ReplayPolicy, level: IntArray, items: int) -> IntArray:
    array = np.asarray(level)
    if array.shape != (items,):
        raise ReplayError(f"{policy.name} returned levels of shape {array.shape}; it needs ({items},)")
    if array.dtype.kind not in "iu" or np.any(array < 0):
        raise ReplayError(f"{policy.name} returned levels that are no whole numbers of 0 or more; round them up")
    return array.astype(np.int64)


def _order_units(scenario: Scenario, levels: Levels, *, position: IntArray) -> IntArray:
    """Return the orders of an evening: up to the level, at least the minimum, in whole packs under one ceiling."""
    needed = np.where(position <= levels.reorder_point_units, levels.order_up_to_units - position, 0)
    packs = scenario.past.pack_units
    wanted = np.maximum(needed, scenario.past.minimum_order_units)
    return np.where(needed > 0, -(-wanted // packs) * packs, 0)


def _columns(array: IntArray) -> IntArray:
    """Return a copy in which a day's column lies together: the loop reads and writes days."""
    return np.array(array, order="F")
