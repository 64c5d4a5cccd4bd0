"""What if a lane closed, a supplier were lost, demand rose: which items run out when, and what to order now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, PlanningError
from stockroom.planning.decision import decide
from stockroom.planning.history import ItemHistory
from stockroom.planning.plan import Plan

_FAR_AWAY = 3650.0


@dataclass(frozen=True)
class Scenario:
    """What is supposed.

    Raises:
        PlanningError: nothing is supposed, or what cannot be.
    """

    lane: str = ""
    """Goods on this lane, under way or ordered now, come ``closed_days`` later."""
    closed_days: float = 0.0
    lost_supplier: str = ""
    """Delivers nothing any more, not even what is on order."""
    demand_times: float = 1.0
    """So many times as much is sold, of everything."""

    def __post_init__(self) -> None:
        if bool(self.lane) != (self.closed_days > 0):
            raise PlanningError("a closed lane needs both: its name, and for how many days (above 0)")
        if self.closed_days > _FAR_AWAY:
            raise PlanningError(
                f"closed_days: {self.closed_days} is beyond {_FAR_AWAY:.0f}; lose its suppliers instead"
            )
        if not 0 < self.demand_times <= 100:
            raise PlanningError(f"demand_times: {self.demand_times} is not above 0, or more than a hundredfold")
        if not self.lane and not self.lost_supplier and self.demand_times == 1:
            raise PlanningError("nothing is supposed; close a lane, lose a supplier or change demand")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What follows, one value per item."""

    is_touched: BoolArray
    runs_out_days: FloatArray
    """Until the shelf is empty, with what is on order arriving as supposed and nothing ordered now; infinite: never."""
    ran_out_days: FloatArray
    """The same as things are."""
    empty_days: FloatArray
    """Days without stock until an order of today would be there."""
    lost_margin: FloatArray
    """What those days cost."""
    order_units: IntArray
    """What to order now."""


def play_scenario(history: ItemHistory, plan: Plan, scenario: Scenario) -> Outcome:
    """Return what a supposition does to a plan's items; the plan itself is what holds without it."""
    is_late = np.asarray((history.lane == scenario.lane) & (scenario.lane != ""))
    is_lost = np.asarray((history.supplier == scenario.lost_supplier) & (scenario.lost_supplier != ""))
    later = np.where(is_late, scenario.closed_days, 0.0)
    inputs = plan.inputs
    supposed = replace(
        inputs,
        forecast_units_per_day=inputs.forecast_units_per_day * scenario.demand_times,
        demand_variance=inputs.demand_variance * scenario.demand_times,
        lead_time_mean_days=inputs.lead_time_mean_days + later,
        lead_time_cases_days=inputs.lead_time_cases_days + later[:, None],
        on_order_units=np.where(is_lost, 0, inputs.on_order_units),
        may_order=inputs.may_order & ~is_lost,
    )
    rate = supposed.forecast_units_per_day
    runs_out = np.array(
        [
            _runs_out(
                int(inputs.available_units[item]),
                float(rate[item]),
                [] if is_lost[item] else [(units, due + later[item]) for units, due in history.on_order[item]],
            )
            for item in range(history.items)
        ]
    )
    ran_out = np.array(
        [
            _runs_out(int(inputs.available_units[item]), float(inputs.forecast_units_per_day[item]), lines)
            for item, lines in enumerate(history.on_order)
        ]
    )
    arrives = np.where(is_lost, _FAR_AWAY, supposed.lead_time_mean_days)
    # Of a lost supplier's items a quarter is counted: by then somebody else will have been found.
    empty = np.maximum(np.minimum(arrives, np.where(is_lost, 90.0, _FAR_AWAY)) - runs_out, 0.0)
    return Outcome(
        is_touched=is_late | is_lost | (scenario.demand_times != 1.0),
        runs_out_days=runs_out,
        ran_out_days=ran_out,
        empty_days=empty,
        lost_margin=empty * rate * inputs.loss_per_unit,
        order_units=decide(supposed).order_units,
    )


def _runs_out(available: int, rate: float, on_order: Sequence[tuple[int, float]]) -> float:
    """Return after how many days nothing is left, what is due arriving on its day.

    >>> _runs_out(10, 2.0, []), _runs_out(10, 2.0, [(10, 3.0)]), _runs_out(10, 2.0, [(10, 8.0)]), _runs_out(1, 0.0, [])
    (5.0, 10.0, 5.0, inf)
    """
    if rate <= 0:
        return float("inf")
    left = float(max(available, 0))
    for units, due in sorted(on_order, key=lambda line: line[1]):
        if left / rate < max(due, 0.0):
            break
        left += units
    return left / rate
