"""What is too much: stock beyond the target days of supply, and the way out of it that leaves the most money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.causes import times_ahead
from stockroom.planning.days_of_supply import days_of_supply, units_within, walked_days_of_supply
from stockroom.planning.history import ItemHistory
from stockroom.planning.look_back import days_on_shelf
from stockroom.planning.plan import Plan, Pools
from stockroom.planning.price_response import ASSUMED, price_response
from stockroom.planning.sentences import days
from stockroom.planning.ways_out import DAYS_OF_YEAR, STOP_BUYING, Surplus, WayOut, way_out

CANCEL_ORDER = "cancel or postpone the open order"
_NOTHING = WayOut("", 0.0, "")


@dataclass(frozen=True, eq=False)
class Excess:
    """One value per item, in the history's order; 0 and empty where nothing is too much. Money in the base currency."""

    is_excess: BoolArray
    position_units: IntArray
    """Everything owned or on order, whenever it is due."""
    on_order_units: IntArray
    target_units: IntArray
    excess_units: IntArray
    days_of_supply: FloatArray
    """Infinite where nothing sells."""
    idle_days: IntArray
    """Days in stock since the last sale; of what never sold, all that are known."""
    value_tied_up: FloatArray
    """Excess at unit cost."""
    monthly_carrying_cost: FloatArray
    action: TextArray
    markdown_percent: FloatArray
    """0 unless the action is to mark down or to promote."""
    reason: tuple[str, ...]


ROUNDING = 1e-6
"""Two a day for 90 days are 180, whatever the last bit of the rate says."""


def find_excess(history: ItemHistory, plan: Plan, pools: Pools | None = None) -> Excess:
    """Return what each item holds beyond its policy's target days (90, seasonal 60), and the best way out in money.

    With the plan's pools the target is what sells within those days walking the forecast, through the season and what
    is planned, and prices count for what they were seen to do; else every day is an average one and the price response
    an assumption. Everything on order counts, however late it is due. Units that are excess only because of open orders
    are best not taken in; ``ways_out`` weighs the others, each item by itself. ``choose_actions`` looks further.
    """
    rate = plan.forecast_units_per_day
    on_order = np.array([sum(int(units) for units, _ in lines) for lines in history.on_order], dtype=np.int64)
    position = plan.inputs.available_units + on_order
    target_days = np.array([policy.target_days for policy in plan.policies], dtype=np.float64)
    expected = rate * target_days
    lasts = days_of_supply(position, rate)
    if pools is not None:
        ahead = times_ahead(history, pools.forecast.causes)
        expected = units_within(history, target_days, plan.demand, pools.forecast, ahead)
        lasts = walked_days_of_supply(history, position, plan.demand, pools.forecast, ahead)
    target = np.maximum(np.ceil(expected - ROUNDING).astype(np.int64), 0)
    # Levels that the plan itself would order up to are no excess, or it would be bought today and flagged tomorrow.
    level = np.maximum(target, plan.order_up_to_units + history.pack_units - 1)
    is_excess = (position > level) & (position > 0)
    excess = np.where(is_excess, position - target, 0)
    carrying_rate = plan.inputs.carrying_rate
    tied_up = excess * history.unit_cost
    selling = units_per_day_of_surplus(history, plan)
    response = price_response(history.category, plan.policies, None if pools is None else pools.forecast.causes)
    ways = [_NOTHING] * history.items
    for row in np.flatnonzero(is_excess).tolist():
        ways[row] = _way_out(
            excess=int(excess[row]),
            on_order=int(on_order[row]),
            target_days=float(target_days[row]),
            rate=float(selling[row]),
            days_seen=float(plan.demand.days_in_stock[row]),
            price=float(history.unit_price[row]),
            cost=float(history.unit_cost[row]),
            carrying_rate=float(carrying_rate[row]),
            elasticity=None if response.source[row] == ASSUMED else float(response.elasticity[row]),
        )
    return Excess(
        is_excess=is_excess,
        position_units=position,
        on_order_units=on_order,
        target_units=target,
        excess_units=excess,
        days_of_supply=lasts,
        idle_days=_idle_days(history),
        value_tied_up=np.round(tied_up, 2),
        monthly_carrying_cost=np.round(tied_up * carrying_rate / 12.0, 2),
        action=np.array([way.action for way in ways], dtype=np.str_),
        markdown_percent=np.array([way.markdown_percent for way in ways], dtype=np.float64),
        reason=tuple(way.reason for way in ways),
    )


def _idle_days(history: ItemHistory) -> IntArray:
    """Return the days since each item's last sale on which it was on the shelf."""
    sold = history.units_sold > 0
    since = sold.shape[1] - np.where(sold.any(axis=1), sold.shape[1] - np.argmax(sold[:, ::-1], axis=1), 0)
    on_shelf = days_on_shelf(history) > 0
    idle = np.cumsum(on_shelf[:, ::-1], axis=1)
    return np.where(since > 0, np.take_along_axis(idle, np.maximum(since - 1, 0)[:, None], axis=1)[:, 0], 0)


def units_per_day_of_surplus(history: ItemHistory, plan: Plan) -> FloatArray:
    """Return the rate that a surplus sells at: the forecast, for seasonal items at least their average over a year.

    Christmas goods that rest in June sell again in December; by June's rate they would all be cleared out. What a
    planned promotion sells is no rate that lasts.
    """
    over_a_year = history.units_sold[:, -int(DAYS_OF_YEAR) :].sum(axis=1) / DAYS_OF_YEAR
    is_seasonal = np.array([policy.is_seasonal for policy in plan.policies], dtype=np.bool_)
    return np.where(is_seasonal, np.maximum(plan.demand.units_per_day, over_a_year), plan.demand.units_per_day)


def _way_out(
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
) -> WayOut:
    """Return the way out of one item's excess: first of what is still on order, then of what is here."""
    beyond = f"{excess:,} units beyond {days(target_days)} of supply"
    saved = min(on_order, excess)
    if saved:
        beyond += f"; of {on_order:,} still on order, {saved:,} need not come in, which saves {saved * cost:,.2f}"
    if saved == excess:
        return WayOut(CANCEL_ORDER, 0.0, f"{beyond}.")
    beyond += f"; the other {excess - saved:,}" if saved else ""
    if rate == 0 and days_seen == 0:
        why = "it has not been in stock yet, so nothing is known of what it sells; wait, and order no more"
        return WayOut(STOP_BUYING, 0.0, f"{beyond}: {why}.")
    way = way_out(
        Surplus(
            units=excess - saved,
            units_per_day=rate or 1.0 / days_seen,
            price=price,
            unit_cost=cost,
            carrying_rate=carrying_rate,
            elasticity=elasticity,
            never_sold_in_days=0.0 if rate else days_seen,
        )
    )
    return WayOut(way.action, way.markdown_percent, f"{beyond}: {way.reason}")
