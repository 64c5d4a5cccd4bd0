"""Under a spending limit: which packs to buy first, by the money that each saves for what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.joint_orders import expected_shortage
from stockroom.planning.order_quantity import DAYS_OF_YEAR


@dataclass(frozen=True, eq=False)
class Wishes:
    """What would be bought without a limit, one value per line; money in the store's currency."""

    units: IntArray
    pack_units: IntArray
    minimum_order_units: IntArray
    unit_cost: FloatArray
    position_units: IntArray
    units_per_day: FloatArray
    cover_days: FloatArray
    """Until the next order would arrive."""
    demand_sd_units: FloatArray
    """Of the demand until then."""
    loss_per_unit: FloatArray
    carrying_rate: FloatArray


@dataclass(frozen=True, eq=False)
class Spending:
    """What is bought within the limit."""

    units: IntArray
    left_out_units: IntArray
    left_out_value: FloatArray
    left_out_costs: FloatArray
    """Margin that is expected to be lost by it until the next order, less what holding it would have cost."""


def spend_within(wishes: Wishes, limit: float) -> Spending:
    """Return the packs that save the most for their cost, of all lines together, as far as ``limit`` goes.

    A line's first step is its minimum, each further one a pack. A step that no longer fits ends its line, and others go
    on: the ranking is by money saved ÷ cost, ties by line.

    30.00 to spend; ten of a mug are owed to customers, of the cup there is plenty: the mugs come first.

    >>> two = lambda value: np.full(2, float(value))
    >>> wishes = Wishes(units=np.array([10, 10]), pack_units=np.array([5, 5]), minimum_order_units=np.array([1, 1]),
    ...     unit_cost=two(3), position_units=np.array([-10, 50]), units_per_day=two(1), cover_days=two(10),
    ...     demand_sd_units=two(3), loss_per_unit=two(4), carrying_rate=two(0.25))
    >>> spend_within(wishes, 30.0).units.tolist()
    [10, 0]
    """
    line, least, most = _steps(wishes)
    steps = most - least
    cost = steps * wishes.unit_cost[line]
    saves = _saves(wishes, line, least, most)
    ranked = np.lexsort((least, line, -np.divide(saves, cost, out=np.zeros_like(saves), where=cost > 0)))
    # Within a line a step stands on the one before it: what saves less comes later anyhow, ties by size.
    bought = np.zeros_like(wishes.units)
    left = limit
    for step in ranked.tolist():
        item = line[step]
        if bought[item] == least[step] and cost[step] <= left + 1e-9:
            bought[item] = most[step]
            left -= cost[step]
    missed = bought[line] <= least
    costs = np.zeros(wishes.units.size)
    np.add.at(costs, line[missed], saves[missed])
    short = wishes.units - bought
    return Spending(bought, short, short * wishes.unit_cost, np.where(short > 0, costs, 0.0))


def _steps(wishes: Wishes) -> tuple[IntArray, IntArray, IntArray]:
    """Return the line of each step, and that line's units before and after it."""
    first = np.maximum(wishes.minimum_order_units, wishes.pack_units)
    first = np.minimum(-(-first // wishes.pack_units) * wishes.pack_units, wishes.units)
    more = np.where(wishes.units > 0, -(-(wishes.units - first) // wishes.pack_units), -1)
    line = np.repeat(np.arange(wishes.units.size), more + 1)
    number = np.arange(line.size) - np.repeat(np.cumsum(more + 1) - (more + 1), more + 1)
    most = np.minimum(first[line] + number * wishes.pack_units[line], wishes.units[line])
    least = np.where(number == 0, 0, np.minimum(first[line] + (number - 1) * wishes.pack_units[line], most))
    return line, least, most


def _saves(wishes: Wishes, line: IntArray, least: IntArray, most: IntArray) -> FloatArray:
    """Return what each step saves until the next order: sales not lost, less what holding it costs."""
    rate, position = wishes.units_per_day[line], wishes.position_units[line].astype(np.float64)
    mean, deviation = rate * wishes.cover_days[line], wishes.demand_sd_units[line]
    without = expected_shortage(mean, deviation, position + least)
    fewer_lost = without - expected_shortage(mean, deviation, position + most)
    lies_days = np.divide(np.maximum(position + most, 0), rate, out=np.full_like(rate, DAYS_OF_YEAR), where=rate > 0)
    holding = (most - least) * wishes.unit_cost[line] * wishes.carrying_rate[line] / DAYS_OF_YEAR
    return np.asarray(fewer_lost * wishes.loss_per_unit[line] - holding * np.minimum(lies_days, DAYS_OF_YEAR))
