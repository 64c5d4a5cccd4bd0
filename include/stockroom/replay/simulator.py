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
    run = _empty_run(scenario, policy.name)
    diary = Diary(scenario)
    stock = scenario.past.on_hand
    on_order = scenario.inbound.sum(axis=1)
    arriving = _columns(scenario.inbound)
    levels = Levels(np.zeros_like(stock), np.zeros_like(stock))
    for day in range(scenario.days):
        stock, on_order = stock + arriving[:, day], on_order - arriving[:, day]
        sold = np.minimum(scenario.demand[:, day], stock)
        diary.record_day(day, stock_at_opening=stock, sold=sold)
        stock = stock - sold
        run.arrived[:, day], run.sold[:, day], run.stock_at_close[:, day] = arriving[:, day], sold, stock
        if day % scenario.replan_days == 0:
            levels = _levels(scenario, policy, diary, day, stock=stock, on_order=on_order)
        if day % scenario.review_days == 0:
            ordered = _order_units(scenario, levels, position=stock + on_order)
            _send(scenario, arriving, ordered, day)
            diary.record_orders(day, ordered)
            run.ordered[:, day] = ordered
            on_order = on_order + ordered
        on_day()
    run.lost[:] = scenario.demand - run.sold
    return run


def _levels(
    scenario: Scenario, policy: ReplayPolicy, diary: Diary, day: int, *, stock: IntArray, on_order: IntArray
) -> Levels:
    as_of_date = (scenario.first_day + np.timedelta64(day + 1, "D")).astype(date)
    history = diary.items(day, on_hand=stock, on_order=on_order)
    point, up_to = policy.levels(history, diary.lead_times(day), as_of_date)
    return Levels(_whole_levels(policy, point, scenario.items), _whole_levels(policy, up_to, scenario.items))


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


def _send(scenario: Scenario, arriving: IntArray, ordered: IntArray, day: int) -> None:
    """Put the orders of an evening onto the mornings on which they arrive; later ones stay on order to the end."""
    arrival_day = day + scenario.lead_time_days[:, day]
    rows = ((ordered > 0) & (arrival_day < scenario.days)).nonzero()[0]
    arriving[rows, arrival_day[rows]] += ordered[rows]


def _empty_run(scenario: Scenario, name: str) -> Run:
    return Run(name, *(_columns(np.zeros_like(scenario.demand)) for _ in range(5)))


def _columns(array: IntArray) -> IntArray:
    """Return a copy in which a day's column lies together: the loop reads and writes days."""
    return np.array(array, order="F")
