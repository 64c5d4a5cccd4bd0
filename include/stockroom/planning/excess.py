"""What is too much: stock beyond the target days of supply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.causes import times_ahead
from stockroom.planning.days_of_supply import days_of_supply, units_within, walked_days_of_supply
from stockroom.planning.history import ItemHistory
from stockroom.planning.look_back import days_on_shelf
from stockroom.planning.plan import Plan, Pools


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


ROUNDING = 1e-6
"""Two a day for 90 days are 180, whatever the last bit of the rate says."""


def find_excess(history: ItemHistory, plan: Plan, pools: Pools | None = None) -> Excess:
    """Return what each item holds beyond its policy's target days (90, seasonal 60).

    With the plan's pools the target is what sells within those days walking the forecast, through the season and what
    is planned; else every day is an average one. Everything on order counts, however late it is due. What to do about
    it is for ``choose_actions``.
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
    )


def _idle_days(history: ItemHistory) -> IntArray:
    """Return the days since each item's last sale on which it was on the shelf."""
    sold = history.units_sold > 0
    since = sold.shape[1] - np.where(sold.any(axis=1), sold.shape[1] - np.argmax(sold[:, ::-1], axis=1), 0)
    on_shelf = days_on_shelf(history) > 0
    idle = np.cumsum(on_shelf[:, ::-1], axis=1)
    return np.where(since > 0, np.take_along_axis(idle, np.maximum(since - 1, 0)[:, None], axis=1)[:, 0], 0)
