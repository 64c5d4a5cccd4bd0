"""What a pricing system should hear: where to hold a price, where a higher one costs nothing, where to go down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.action_words import BUNDLE, PRICE_ACTIONS, PROMOTE
from stockroom.planning.actions import Action
from stockroom.planning.arrays import FloatArray, TextArray
from stockroom.planning.days_of_supply import days_of_supply
from stockroom.planning.history import ItemHistory
from stockroom.planning.plan import Plan
from stockroom.planning.sentences import days
from stockroom.planning.ways_out import MARK_DOWN

HOLD, TEST_HIGHER = "hold, do not discount", "test +3 %"
SIGNALS = (TEST_HIGHER, HOLD, MARK_DOWN, PROMOTE, BUNDLE)
HIGHER_PERCENT = 3.0
ON_TIME_DAYS = 1.0
"""Within a day of the goods coming, nobody can tell who is first."""
JUST_IN_TIME_TIMES = 1.25
"""Stock that lasts so many times as long as goods take is reached just in time."""
LEAST_SHARE_OF_SALES = 0.5
"""A price holds for all locations: a SKU is scarce, or too many, where at least half of its sales are."""


@dataclass(frozen=True)
class PriceSignal:
    """What to do about one SKU's price."""

    sku: str
    signal: str
    change_percent: float
    """Of today's price: above 0 higher, under 0 lower, 0 to hold."""
    price: float
    suggested_price: float
    days_until_empty: float
    """Of the location that the signal comes from, at the forecast."""
    days_until_goods: float
    """Until the next goods come, ordered today if none are under way."""
    reason: str


def price_signals(
    history: ItemHistory, plan: Plan, actions: Sequence[Action], *, sku: TextArray
) -> tuple[PriceSignal, ...]:
    """Return at most one signal per SKU: scarce fast movers first, then what is to be sold for less, each by SKU.

    Of a fast mover that runs out before goods can come every unit is sold at today's price anyway, so a higher one is
    worth a test; one that they reach just in time is to be held at its price. What is scarce where it mostly sells is
    not marked down because another location has too much of it: that is sent there.
    """
    empty, goods = until_empty(plan), until_goods(history, plan)
    share = _share_of_sales(plan, sku)
    found: dict[str, PriceSignal] = {}
    is_scarce = plan.is_fast_mover & (plan.inputs.available_units > 0) & (share >= LEAST_SHARE_OF_SALES)
    is_scarce &= (empty < JUST_IN_TIME_TIMES * goods) & (history.unit_price > 0)
    for item in np.flatnonzero(is_scarce).tolist():
        found[str(sku[item])] = _scarce(history, sku, item, float(empty[item]), float(goods[item]))
    lower = [one for one in actions if one.kind in PRICE_ACTIONS and share[one.item] >= LEAST_SHARE_OF_SALES]
    for action in sorted(lower, key=lambda one: -one.gain.expected):
        name = str(sku[action.item])
        if name not in found:
            found[name] = _lower(history, sku, action, float(empty[action.item]), float(goods[action.item]))
    return tuple(sorted(found.values(), key=lambda one: (SIGNALS.index(one.signal), one.sku)))


def until_empty(plan: Plan) -> FloatArray:
    """Return how many days what is here lasts at the forecast; infinite where nothing sells."""
    return days_of_supply(plan.inputs.available_units, plan.forecast_units_per_day)


def until_goods(history: ItemHistory, plan: Plan) -> FloatArray:
    """Return how many days until the next goods come: the first open order, one of today, or one of the next review."""
    due = np.array(
        [min((max(each, 0.0) for units, each in lines if units), default=np.inf) for lines in history.on_order]
    )
    waits = np.where(plan.order_units > 0, 0.0, plan.inputs.review_days)
    ordered = plan.lead_time_mean_days + waits
    return np.asarray(np.minimum(due, ordered), dtype=np.float64)


def _share_of_sales(plan: Plan, sku: TextArray) -> FloatArray:
    """Return each item's share of what its SKU is forecast to sell at all locations; 1 where nothing sells."""
    _, row = np.unique(sku, return_inverse=True)
    rate = plan.forecast_units_per_day
    total = np.bincount(row, weights=rate)[row]
    return np.divide(rate, total, out=np.ones_like(rate), where=total > 0)


def _scarce(history: ItemHistory, sku: TextArray, item: int, empty: float, goods: float) -> PriceSignal:
    is_sold_anyway = empty < goods - ON_TIME_DAYS
    percent = HIGHER_PERCENT if is_sold_anyway else 0.0
    price = float(history.unit_price[item])
    lasts = f"a fast mover whose stock lasts {days(empty)}"
    reason = (
        f"{lasts}, and the next goods take {days(goods)}: every unit is sold anyway."
        if is_sold_anyway
        else f"{lasts}, and the next goods take {days(goods)}: a discount would only empty the shelf."
    )
    signal = TEST_HIGHER if is_sold_anyway else HOLD
    return PriceSignal(str(sku[item]), signal, percent, price, _priced(price, percent), empty, goods, reason)


def _lower(history: ItemHistory, sku: TextArray, action: Action, empty: float, goods: float) -> PriceSignal:
    price = float(history.unit_price[action.item])
    suggested = _priced(price, -action.percent)
    name = str(sku[action.item])
    return PriceSignal(name, action.kind, -action.percent, price, suggested, empty, goods, action.reason)


def _priced(price: float, percent: float) -> float:
    """Return a price in whole cents: a lower one never under what was asked for, a higher one at least a cent higher.

    >>> _priced(2.95, -15.0), _priced(1.0, 3.0), _priced(0.85, 3.0), _priced(0.19, 3.0)
    (2.51, 1.03, 0.88, 0.2)
    """
    cents = round(price * (100.0 + percent), 6)
    if percent > 0:
        return max(round(cents), math.floor(round(100.0 * price, 6)) + 1) / 100.0
    return math.ceil(cents) / 100.0
