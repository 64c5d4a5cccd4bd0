"""Whether to order more at a time for a lower price: all-unit price breaks, weighed by what a year costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.order_quantity import economic_order_quantity


@dataclass(frozen=True, eq=False)
class BreakChoice:
    """What each item is bought at."""

    break_units: IntArray
    """The least units of an order that get the price; 0: no break is taken."""
    unit_cost: FloatArray
    saves_per_year: FloatArray
    """Beside economic lots at the usual price: purchase, ordering and holding together."""


def yearly_cost(
    lot: FloatArray,
    units_per_year: FloatArray,
    order_cost: FloatArray,
    unit_cost: FloatArray,
    carrying_rate: FloatArray,
) -> FloatArray:
    """Return ``K D / Q + v h Q / 2 + v D``: ordering, holding and buying.

    >>> one = lambda value: np.array([value])
    >>> yearly_cost(one(10_000.0), one(120_000.0), one(100.0), one(2.92), one(0.2))
    array([354520.])
    """
    holding = 0.5 * unit_cost * carrying_rate * lot
    return np.asarray(order_cost * units_per_year / lot + holding + unit_cost * units_per_year, dtype=np.float64)


def choose_price_breaks(
    *,
    units_per_year: FloatArray,
    order_cost: FloatArray,
    unit_cost: FloatArray,
    carrying_rate: FloatArray,
    smallest_units: IntArray,
    greatest_units: FloatArray,
    break_units: FloatArray,
    break_unit_cost: FloatArray,
) -> BreakChoice:
    """Return the price with the least yearly cost, every break at ``max(break, EOQ at its price)``.

    ``break_units`` and ``break_unit_cost`` are ``(n, breaks)``, NaN where an item has fewer. No lot is under
    ``smallest_units`` or above ``greatest_units``: a break that lasts longer than the policy allows is no offer. Where
    holding costs nothing every lot is the greatest, so that a break saves its discount alone.

    Chopra & Meindl's example (Drugs Online): 120,000 a year, 100 an order, 20 %; 3.00 each, 2.96 from 5,000 and 2.92
    from 10,000. The economic lot at 2.92 is 6,411; stretched to 10,000 a year costs 354,520, the least of all:

    >>> one = lambda value: np.array([value])
    >>> choice = choose_price_breaks(units_per_year=one(120_000.0), order_cost=one(100.0), unit_cost=one(3.0),
    ...     carrying_rate=one(0.2), smallest_units=one(1), greatest_units=one(120_000.0),
    ...     break_units=np.array([[5_000.0, 10_000.0]]), break_unit_cost=np.array([[2.96, 2.92]]))
    >>> int(choice.break_units[0]), float(choice.unit_cost[0]), round(float(choice.saves_per_year[0]))
    (10000, 2.92, 9275)
    """
    least = np.maximum(smallest_units, 1).astype(np.float64)

    def lot_at(cost: FloatArray, from_units: FloatArray) -> FloatArray:
        economic = economic_order_quantity(units_per_year, order_cost, cost, carrying_rate)
        allowed = np.where(carrying_rate > 0, np.minimum(economic, greatest_units), greatest_units)
        return np.maximum(np.maximum(allowed, from_units), least)

    usual = yearly_cost(lot_at(unit_cost, least), units_per_year, order_cost, unit_cost, carrying_rate)
    best, paid, taken = usual, unit_cost, np.zeros(unit_cost.size)
    for column in range(break_units.shape[1]):
        from_units = np.nan_to_num(break_units[:, column])
        cost = np.where(np.isnan(break_unit_cost[:, column]), np.inf, break_unit_cost[:, column])
        is_offer = (from_units > 0) & (cost < unit_cost) & (from_units <= greatest_units)
        cost = np.where(is_offer, cost, unit_cost)
        year = yearly_cost(lot_at(cost, from_units), units_per_year, order_cost, cost, carrying_rate)
        is_better = is_offer & (year < best)
        best, paid = np.where(is_better, year, best), np.where(is_better, cost, paid)
        taken = np.where(is_better, from_units, taken)
    return BreakChoice(taken.astype(np.int64), paid, np.where(taken > 0, usual - best, 0.0))
