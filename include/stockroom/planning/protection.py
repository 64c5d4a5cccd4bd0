"""What an order has to last for: the days until the next one is there, and what is planned for them."""

from __future__ import annotations

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.arrivals import effective_cases
from stockroom.planning.decision_inputs import DecisionInputs, take_inputs
from stockroom.planning.delays import longer_of_two_chances
from stockroom.planning.lead_time import CASES
from stockroom.planning.order_quantity import DAYS_OF_YEAR, packed_units
from stockroom.planning.supplier_calendar import Delays

_MOMENTS = (5 * np.arange(CASES) % CASES + 0.5) / CASES
"""Equally likely shares of a review that pass until it comes, in an order that ties them to no lead time."""


def interval_days(inputs: DecisionInputs, lot_units: IntArray) -> FloatArray:
    """Return ``(n, 12)`` the equally likely days that a reorder point of the quantile method has to last.

    ``lot_units`` are the decision's; with small lots many orders are under way at once, and overtake one another.
    """
    rate, units = inputs.forecast_units_per_day, usual_order(inputs, lot_units)
    cycle = np.divide(units, rate, out=np.full_like(rate, np.inf), where=rate > 0)
    days = effective_cases(inputs.lead_time_cases_days, np.minimum(cycle, DAYS_OF_YEAR))
    # A closure holds up all orders alike: none overtakes it.
    delays = Delays(inputs.delay_from_days, inputs.delay_until_days, inputs.delay_most_days)
    days = longer_of_two_chances(days, inputs.review_days, delays)
    # Stock crosses the point at any moment between two reviews; from the next one the replacement takes its days.
    return np.asarray(days + inputs.review_days[:, None] * _MOMENTS, dtype=np.float64)


def least_lot(inputs: DecisionInputs, lot: IntArray) -> IntArray:
    """Return what an order brings at least: the lot that pays, or the smallest that the supplier sells."""
    return np.maximum(lot, packed_units(np.ones_like(lot), inputs.minimum_order_units, inputs.pack_units))


def usual_order(inputs: DecisionInputs, lot_units: IntArray) -> FloatArray:
    """Return what one order brings, on average: the lot, or what was sold since the last look, whichever is more."""
    since_last_look = inputs.forecast_units_per_day * inputs.review_days
    return np.maximum(np.maximum(least_lot(inputs, lot_units), 1), since_last_look)


def demand_days(inputs: DecisionInputs, days: FloatArray) -> FloatArray:
    """Return the demand of the first ``days (n, cases)`` after the plan date, as a number of average days.

    Planned promotions and prices make a day count for more or less than one.
    A week of twice the usual sales that begins in three days brings nothing to the next two, and seven to fourteen.
    """
    brought = days
    for change in range(inputs.planned_times.shape[1]):
        first, beyond, times = (
            column[:, change, None]
            for column in (inputs.planned_from_days, inputs.planned_until_days, inputs.planned_times)
        )
        meanwhile = np.maximum(np.minimum(days, beyond) - first, 0.0)
        brought = brought + np.nan_to_num(meanwhile * (times - 1.0))
    return brought


def planned_share(inputs: DecisionInputs, days: FloatArray) -> FloatArray:
    """Return the planned demand of the first ``days (n,)`` over that of average days; 1 where ``days`` is 0."""
    brought = demand_days(inputs, days[:, None])[:, 0]
    return np.divide(brought, days, out=np.ones_like(days), where=days > 0)


def planned_units(inputs: DecisionInputs, lot_units: IntArray, is_asked: BoolArray) -> IntArray:
    """Return the units that planned promotions and prices add to the interval's demand; 0 where not ``is_asked``."""
    units: IntArray = np.zeros(lot_units.size, dtype=np.int64)
    rows = np.flatnonzero(is_asked & ~np.isnan(inputs.planned_times).all(axis=1))
    if rows.size:
        some = take_inputs(inputs, rows)
        days = interval_days(some, lot_units[rows])
        extra = (demand_days(some, days) - days).mean(axis=1)
        units[rows] = np.rint(some.forecast_units_per_day * extra).astype(np.int64)
    return units
