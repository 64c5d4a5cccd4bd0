"""One supplier's lines together: a minimum value, free freight and a container, filled or cut by equal run-out time.

What is added lasts until one day for all items, so that none is bought far ahead of the others. Every line can be
rebuilt from its own terms and that day.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.decision_inputs import DecisionInputs
from stockroom.planning.order_quantity import DAYS_OF_YEAR, packed_units
from stockroom.planning.reorder_point import unit_normal_loss

_HALVINGS = 40
"""After so many, two days of run-out differ by less than a moment."""
_CENT = 0.005


@dataclass(frozen=True, eq=False)
class OrderItems:
    """All that one supplier could send to one place, one value per item; money in the order's currency."""

    order_units: IntArray
    """What each item needs by itself; 0: nothing."""
    position_units: IntArray
    reorder_point_units: IntArray
    order_up_to_units: IntArray
    units_per_day: FloatArray
    lead_time_days: FloatArray
    lead_time_demand_sd_units: FloatArray
    unit_cost: FloatArray
    price_break_units: FloatArray
    """(n, breaks), NaN where an item has fewer."""
    price_break_unit_cost: FloatArray
    loss_per_unit: FloatArray
    carrying_rate: FloatArray
    greatest_lot_days: FloatArray
    pack_units: IntArray
    minimum_order_units: IntArray
    pallet_units: IntArray
    """Units that fill a pallet; 0: not known, takes no room."""
    may_add: BoolArray
    """May be bought ahead of its need: it sells, is offered, and nobody holds it."""


@dataclass(frozen=True)
class OrderTerms:
    """What the supplier asks of a whole order."""

    minimum_value: float = 0.0
    small_order_fee: float | None = None
    """For this it takes an order under the minimum; ``None``: it takes none."""
    free_freight_value: float = 0.0
    freight_cost: float = 0.0
    """What an order under ``free_freight_value`` pays."""
    maximum_pallets: float = math.inf
    wait_days: float = 1.0
    """Days until the next order could be placed."""


@dataclass(frozen=True, eq=False)
class JointOrder:
    """What the supplier's order holds, and why."""

    units: IntArray
    waits: bool
    """Nothing is ordered now: waiting costs less than filling up or a fee."""
    reaches: str
    """What was filled up to: ``minimum``, ``free freight`` or nothing."""
    run_out_days: float
    """How long everything that was added lasts; 0: nothing was."""
    limit_days: float
    """How long what was cut to the container lasts; infinite: nothing was cut."""
    decided_value: float
    value: float
    adding_costs: float
    """Carrying cost of buying ahead."""
    saves: float
    """Freight that is saved, or what waiting would have cost, with the filling up that it would need then."""
    fee: float
    """What is paid beside the goods: a small order's fee, freight."""


def join_lines(items: OrderItems, terms: OrderTerms) -> JointOrder:
    """Return the order of one supplier and ship-to: as decided, filled up, cut to its container, or left waiting.

    Filled up to the minimum only where that costs less to carry than the fee, and less than waiting for the next
    chance: the sales that would be lost meanwhile and the filling up that would be needed then. Filled up to free
    freight only where carrying costs less than the freight, and the small order's fee where the minimum is reached
    with it. No line lasts longer than its greatest lot, and nothing is filled up beyond the container.

    A minimum of 100, 20 units at 2.00 needed, both items selling 1 a day: 30 more are added, to the same day.

    >>> one = lambda value: np.full(2, value)
    >>> items = OrderItems(order_units=np.array([20, 0]), position_units=np.array([0, 10]),
    ...     reorder_point_units=np.array([10, 9]), order_up_to_units=np.array([20, 20]), units_per_day=one(1.0),
    ...     lead_time_days=one(10.0), lead_time_demand_sd_units=one(3.0), unit_cost=one(2.0),
    ...     price_break_units=np.empty((2, 0)), price_break_unit_cost=np.empty((2, 0)), loss_per_unit=one(3.0),
    ...     carrying_rate=one(0.25), greatest_lot_days=one(365.0), pack_units=one(1), minimum_order_units=one(1),
    ...     pallet_units=one(0), may_add=one(True))
    >>> order = join_lines(items, OrderTerms(minimum_value=100.0))
    >>> order.units.tolist(), order.value, order.reaches
    ([30, 20], 100.0, 'minimum')
    """
    decided = items.order_units
    decided_value = order_value(items, decided)
    units, reaches, days, costs, saves, fee = decided, "", 0.0, 0.0, 0.0, 0.0
    if 0 < decided_value < terms.minimum_value - _CENT:
        filled = _filled_to(items, decided, terms.minimum_value, terms.maximum_pallets)
        fill_costs = _adding_costs(items, decided, filled[0]) if filled else math.inf
        fee_costs = math.inf if terms.small_order_fee is None else terms.small_order_fee
        later = _cost_of_waiting(items, terms)
        if min(fill_costs, fee_costs) > later:
            return _waiting(decided, decided_value, costs=min(fill_costs, fee_costs), saves=later)
        if filled and fill_costs <= fee_costs:
            units, days = filled
            reaches, costs, saves = "minimum", fill_costs, min(later, fee_costs)
        else:
            fee = fee_costs
    # Freight is for what the container takes: what is cut may be worth too little to travel free.
    units, limit = _cut_to_container(items, units, terms.maximum_pallets)
    if 0 < order_value(items, units) < terms.free_freight_value - _CENT and terms.freight_cost > 0:
        filled = _filled_to(items, units, terms.free_freight_value, terms.maximum_pallets)
        more = _adding_costs(items, units, filled[0]) if filled else math.inf
        spared = fee if filled and order_value(items, filled[0]) >= terms.minimum_value - _CENT else 0.0
        if filled and math.isinf(limit) and more <= terms.freight_cost + spared:
            units, days = filled
            reaches, costs, saves, fee = "free freight", costs + more, saves + terms.freight_cost + spared, fee - spared
        else:
            fee += terms.freight_cost
    return JointOrder(
        units=units,
        waits=False,
        reaches=reaches,
        run_out_days=days,
        limit_days=limit,
        decided_value=decided_value,
        value=order_value(items, units),
        adding_costs=costs,
        saves=saves,
        fee=fee,
    )


def _waiting(decided: IntArray, value: float, *, costs: float, saves: float) -> JointOrder:
    return JointOrder(
        units=np.zeros_like(decided),
        waits=True,
        reaches="",
        run_out_days=0.0,
        limit_days=math.inf,
        decided_value=value,
        value=0.0,
        adding_costs=costs,
        saves=saves,
        fee=0.0,
    )


def order_value(items: OrderItems, units: IntArray) -> float:
    """Return what an order of so many units costs, each line at the price break that it reaches, to the cent."""
    cost = items.unit_cost
    for column in range(items.price_break_units.shape[1]):
        is_reached = units >= np.nan_to_num(items.price_break_units[:, column], nan=np.inf)
        cost = np.where(is_reached, items.price_break_unit_cost[:, column], cost)
    return float(np.round(units * cost, 2).sum())


def filled_units(items: OrderItems, units: IntArray, run_out_days: float) -> IntArray:
    """Return units of which none runs out before ``run_out_days``, in packs; never fewer, nor beyond the greatest lot.

    An item's terms and the day suffice to rebuild its line. With 10 in stock, 1 sold a day and packs of 6, reaching the
    30th day takes 20 units: 24 are bought.
    """
    wanted = np.floor(items.units_per_day * run_out_days).astype(np.int64) - items.position_units
    wanted = np.maximum(wanted, np.where(wanted > 0, items.minimum_order_units, 0))
    packed = -(-wanted // items.pack_units) * items.pack_units
    highest = items.reorder_point_units + np.floor(items.units_per_day * items.greatest_lot_days).astype(np.int64)
    room = (highest - items.position_units) // items.pack_units * items.pack_units
    packed = np.minimum(packed, room)
    is_more = items.may_add & (items.units_per_day > 0) & (packed > units) & (packed >= items.minimum_order_units)
    return np.where(is_more, packed, units)


def cut_units(items: OrderItems, units: IntArray, limit_days: float) -> IntArray:
    """Return units in packs of which no line lasts beyond ``limit_days``; 0 where that is under the line's minimum.

    Items without any forecast demand keep their units: they are bought for a promise, not to last.
    """
    if math.isinf(limit_days):
        return units
    allowed = np.maximum(np.floor(items.units_per_day * limit_days).astype(np.int64) - items.position_units, 0)
    packed = np.minimum(units, allowed // items.pack_units * items.pack_units)
    kept = np.where(packed >= items.minimum_order_units, packed, 0)
    return np.where(items.units_per_day > 0, kept, units)


def _filled_to(items: OrderItems, units: IntArray, value: float, pallets: float) -> tuple[IntArray, float] | None:
    """Return the fewest units per item that bring the order to ``value`` by equal run-out time, and that time in days.

    ``None``: the greatest lots do not reach it, or what does takes more than ``pallets``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.where(items.units_per_day > 0, items.reorder_point_units / items.units_per_day, 0.0)
    longest = float(np.max(ends + items.greatest_lot_days, initial=0.0))
    days = _least(lambda day: order_value(items, filled_units(items, units, day)) >= value - _CENT, longest)
    if days is None or _pallets(items, filled := filled_units(items, units, days)) > pallets:
        return None
    return filled, days


def _cut_to_container(items: OrderItems, units: IntArray, pallets: float) -> tuple[IntArray, float]:
    """Return the units that fit into ``pallets``, and the days that each line is cut to; infinite: nothing was cut.

    Every line is cut to the same day, so that what runs out first goes first.
    """

    def beyond(day: float) -> bool:
        return _pallets(items, cut_units(items, units, day)) > pallets

    if _pallets(items, units) <= pallets:
        return units, math.inf
    with np.errstate(divide="ignore", invalid="ignore"):
        lasts = np.where(items.units_per_day > 0, (items.position_units + units + 1) / items.units_per_day, 0.0)
    first_beyond = _least(beyond, float(np.max(lasts, initial=0.0)))
    # A moment before the first day that is too much.
    days = 0.0 if first_beyond is None else max(first_beyond - 1e-6 * max(first_beyond, 1.0), 0.0)
    return cut_units(items, units, days), days


def _pallets(items: OrderItems, units: IntArray) -> float:
    takes = np.divide(units, items.pallet_units, out=np.zeros(units.size), where=items.pallet_units > 0)
    return float(takes.sum())


def _least(holds: Callable[[float], bool], most: float) -> float | None:
    """Return the least number from 0 to ``most`` at which ``holds``, which once true stays true; ``None``: never."""
    low, high = 0.0, most
    if not holds(high):
        return None
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _adding_costs(items: OrderItems, units: IntArray, filled: IntArray) -> float:
    """Return what it costs to hold what is bought ahead: from today until the item would have needed it."""
    more = (filled - units).astype(np.float64)
    rate = np.where(items.units_per_day > 0, items.units_per_day, np.inf)
    ahead = np.maximum(items.position_units + units - items.reorder_point_units, 0) / rate
    unit_days = more * ahead + more * more / (2.0 * rate)
    return float((items.unit_cost * items.carrying_rate / DAYS_OF_YEAR * unit_days).sum())


def _cost_of_waiting(items: OrderItems, terms: OrderTerms) -> float:
    """Return what it costs to order at the next chance: sales lost meanwhile, and what filling up costs then."""
    days = terms.wait_days
    is_needed = items.order_units > 0
    position = items.position_units.astype(np.float64)
    lead = np.maximum(items.lead_time_days, 0.5)
    now = expected_shortage(items.units_per_day * lead, items.lead_time_demand_sd_units, position)
    then = expected_shortage(
        items.units_per_day * (lead + days), items.lead_time_demand_sd_units * np.sqrt((lead + days) / lead), position
    )
    lost = float((items.loss_per_unit * (then - now))[is_needed].sum())
    left = items.position_units - np.floor(items.units_per_day * days).astype(np.int64)
    needed = np.where(left <= items.reorder_point_units, np.maximum(items.order_up_to_units - left, 0), 0)
    needed = np.where(items.may_add | is_needed, needed, 0)
    then_units = np.where(
        is_needed & (needed == 0), items.order_units, packed_units(needed, items.minimum_order_units, items.pack_units)
    )
    if order_value(items, then_units) >= terms.minimum_value - _CENT:
        return lost
    later = replace(items, position_units=left)
    filled = _filled_to(later, then_units, terms.minimum_value, terms.maximum_pallets)
    fill_costs = _adding_costs(later, then_units, filled[0]) if filled else math.inf
    fee = math.inf if terms.small_order_fee is None else terms.small_order_fee
    # Where neither fills nor pays, the order goes on waiting: what that costs tomorrow is not known today.
    costs = min(fill_costs, fee)
    return lost + (0.0 if math.isinf(costs) else costs)


def expected_shortage(mean: FloatArray, deviation: FloatArray, position: FloatArray) -> FloatArray:
    """Return the units by which normal demand is expected to exceed a position: ``sd G(z)``.

    >>> expected_shortage(np.array([10.0, 10.0]), np.array([0.0, 2.0]), np.array([7.0, 10.0])).round(2).tolist()
    [3.0, 0.8]
    """
    z = np.divide(position - mean, deviation, out=np.zeros_like(mean), where=deviation > 0)
    return np.where(deviation > 0, deviation * unit_normal_loss(z), np.maximum(mean - position, 0.0))


def lead_time_demand_deviation(inputs: DecisionInputs) -> FloatArray:
    """Return the standard deviation of demand until an order of today arrives, ``(n,)`` units."""
    mean = inputs.forecast_units_per_day * inputs.lead_time_mean_days
    learned = inputs.dispersion * mean + inputs.wandering * mean * mean
    textbook = inputs.demand_variance * inputs.lead_time_mean_days
    days = np.where(inputs.method == "quantile", learned, textbook)
    return np.asarray(np.sqrt(days + np.square(inputs.forecast_units_per_day * inputs.lead_time_sd_days)))
