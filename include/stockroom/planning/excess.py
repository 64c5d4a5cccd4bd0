"""What is too much: stock beyond the target days of supply, and the cheapest way out of it, in money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.explanation import days
from stockroom.planning.history import ItemHistory
from stockroom.planning.plan import Plan

ASSUMED_PRICE_ELASTICITY = 2.0
"""Stands in where none is known: one percent less price, two percent more units. The reason says so."""
CLEARANCE_DAYS = (30.0, 60.0, 90.0, 180.0, 365.0)
MARKDOWN_STEP_PERCENT = 5.0
DEAD_STOCK_MARKDOWN_PERCENT = 50.0
"""Where nothing sells there is no rate to reckon with: half price, but not under cost."""
DAYS_OF_YEAR, DAYS_OF_MONTH = 365.0, 365.0 / 12.0
STOP_BUYING, CANCEL_ORDER, MARK_DOWN, RETURN = (
    "stop buying",
    "cancel or postpone the open order",
    "mark down",
    "return to supplier",
)


@dataclass(frozen=True, eq=False)
class Excess:
    """One value per item, in the history's order; 0 and empty where nothing is too much. Money in the base currency."""

    is_excess: BoolArray
    position_units: IntArray
    """Everything owned or on order, whenever it is due."""
    target_units: IntArray
    excess_units: IntArray
    days_of_supply: FloatArray
    """Infinite where nothing sells."""
    value_tied_up: FloatArray
    """Excess at unit cost."""
    monthly_carrying_cost: FloatArray
    action: TextArray
    markdown_percent: FloatArray
    """0 unless the action is to mark down."""
    reason: tuple[str, ...]


def find_excess(history: ItemHistory, plan: Plan) -> Excess:
    """Return what each item holds beyond its policy's target days (90, seasonal 60), and the cheapest way out.

    Everything on order counts, however late it is due. Units that are excess only because of open orders are best
    not taken in. The rest is marked down if that costs less than to wait: for each time ``T`` in ``CLEARANCE_DAYS``
    the price that clears the excess is ``p* = p0 (rate T / excess)**(1 / elasticity)``, never under cost; waiting
    costs carrying the falling excess until it has sold at today's price. An elasticity of 1 or less never pays a
    markdown.
    """
    rate = plan.forecast_units_per_day
    on_order = np.array([sum(int(units) for units, _ in lines) for lines in history.on_order], dtype=np.int64)
    available = plan.inputs.available_units
    position = available + on_order
    target_days = np.array([policy.target_days for policy in plan.policies], dtype=np.float64)
    target = np.maximum(np.ceil(rate * target_days).astype(np.int64), 0)
    # Levels that the plan itself would order up to are no excess, or it would be bought today and flagged tomorrow.
    level = np.maximum(target, plan.order_up_to_units + history.pack_units - 1)
    is_excess = (position > level) & (position > 0)
    excess = np.where(is_excess, position - target, 0)
    lasts = np.divide(position, rate, out=np.full(rate.shape, np.inf), where=rate > 0)
    carrying_rate = plan.inputs.carrying_rate
    tied_up = excess * history.unit_cost
    offers = [_Offer("", 0.0, "")] * history.items
    for row in np.flatnonzero(is_excess).tolist():
        offers[row] = _cheapest_way_out(
            excess=int(excess[row]),
            on_order=int(on_order[row]),
            target_days=float(target_days[row]),
            rate=float(rate[row]),
            days_seen=float(plan.demand.days_in_stock[row]),
            price=float(history.unit_price[row]),
            cost=float(history.unit_cost[row]),
            carrying_rate=float(carrying_rate[row]),
            elasticity=plan.policies[row].price_elasticity,
        )
    return Excess(
        is_excess=is_excess,
        position_units=position,
        target_units=target,
        excess_units=excess,
        days_of_supply=np.maximum(lasts, 0.0),
        value_tied_up=np.round(tied_up, 2),
        monthly_carrying_cost=np.round(tied_up * carrying_rate / 12.0, 2),
        action=np.array([offer.action for offer in offers], dtype=np.str_),
        markdown_percent=np.array([offer.markdown_percent for offer in offers], dtype=np.float64),
        reason=_reasons(offers),
    )


def clearance_price(
    *, price: float, units_per_day: float, clear_days: float, units: float, elasticity: float, floor: float
) -> float:
    """Return the price, between ``floor`` and today's, at which ``units`` sell in ``clear_days``.

    ``p* = p0 (rate T / I)**(1 / elasticity)``. Constant elasticity; the cost is sunk, so the floor is the policy's
    choice: here the cost price.

    A quarter of 100 would sell in 25 days at today's price:

    >>> clearance_price(price=10.0, units_per_day=1.0, clear_days=25.0, units=100.0, elasticity=2.0, floor=4.0)
    5.0
    """
    clearing = price * float((units_per_day * clear_days / units) ** (1.0 / elasticity))
    return min(price, max(clearing, floor))


@dataclass(frozen=True)
class _Offer:
    action: str
    markdown_percent: float
    reason: str


def _cheapest_way_out(
    *,
    excess: int,
    on_order: int,
    target_days: float,
    rate: float,
    days_seen: float,
    price: float,
    cost: float,
    carrying_rate: float,
    elasticity: float | None,
) -> _Offer:
    beyond = f"{excess:,} units beyond {days(target_days)} of supply"
    if on_order >= excess:
        return _Offer(CANCEL_ORDER, 0.0, f"{beyond}; of {on_order:,} still on order, {excess:,} need not come in.")
    if rate == 0:
        return _way_out_of_dead_stock(beyond, days_seen, price, cost)
    assumed = elasticity is None
    bend = ASSUMED_PRICE_ELASTICITY if elasticity is None else elasticity
    wait_days = excess / rate
    waiting = _carrying(excess, wait_days, cost, carrying_rate)
    best_cost, best_percent, best_days = waiting, 0.0, wait_days
    if bend > 1.0 and price > cost:
        for clear_days in CLEARANCE_DAYS:
            wanted = clearance_price(
                price=price, units_per_day=rate, clear_days=clear_days, units=excess, elasticity=bend, floor=cost
            )
            percent = float(np.floor(100.0 * (1.0 - wanted / price) / MARKDOWN_STEP_PERCENT) * MARKDOWN_STEP_PERCENT)
            share = 1.0 - percent / 100.0
            takes = excess / (rate * share**-bend)
            total = excess * price * percent / 100.0 + _carrying(excess, takes, cost, carrying_rate)
            if total < best_cost:
                best_cost, best_percent, best_days = total, percent, takes
    wait = f"waiting takes {days(wait_days)} and costs {waiting:,.2f} to carry"
    if best_percent > 0:
        ground = (
            f"assuming that 1 % less price sells {bend:g} % more, as its own price response is not known"
            if assumed
            else f"as 1 % less price sells {bend:g} % more"
        )
        return _Offer(
            MARK_DOWN,
            best_percent,
            f"{beyond}: {wait}; at {best_percent:.0f} % off it takes {days(best_days)} "
            f"and costs {best_cost:,.2f}, {ground}.",
        )
    if price <= cost and waiting > 0:
        return _Offer(
            RETURN, 0.0, f"{beyond}: {wait}, and its price is not above its cost, so there is nothing to mark down."
        )
    return _Offer(
        STOP_BUYING, 0.0, f"{beyond}: {wait}; any markdown would cost more, so let it sell down and order no more."
    )


def _way_out_of_dead_stock(beyond: str, days_seen: float, price: float, cost: float) -> _Offer:
    """Return the way out of what does not sell at all: no rate says how long waiting takes, so it is not offered."""
    percent = (
        float(np.floor((1.0 - cost / price) * 100.0 / MARKDOWN_STEP_PERCENT) * MARKDOWN_STEP_PERCENT) if price else 0
    )
    percent = min(percent, DEAD_STOCK_MARKDOWN_PERCENT)
    dead = f"{beyond}: nothing was sold in {days(days_seen)} in stock, so waiting sells nothing"
    if percent <= 0:
        return _Offer(RETURN, 0.0, f"{dead}, and its price is not above its cost, so there is nothing to mark down.")
    return _Offer(MARK_DOWN, percent, f"{dead}; try {percent:.0f} % off, and return it if that does not move it.")


def _carrying(units: float, takes_days: float, cost: float, carrying_rate: float) -> float:
    """Return the cost of holding units that fall evenly to none: half of them, on average."""
    return units / 2.0 * cost * carrying_rate * takes_days / DAYS_OF_YEAR


def _reasons(offers: Sequence[_Offer]) -> tuple[str, ...]:
    return tuple(offer.reason for offer in offers)
