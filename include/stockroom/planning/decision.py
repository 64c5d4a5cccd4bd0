"""The decision itself: from one row of numbers to levels and an order. Nothing else decides.

``plan_items`` feeds it all items at once, ``recompute`` one item from the terms of its explanation: the same code,
so the same integers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray
from stockroom.planning.decision_inputs import DecisionInputs, take_inputs
from stockroom.planning.order_quantity import (
    DAYS_OF_YEAR,
    lot_units,
    needed_units,
    packed_units,
    smallest_lot_lasts_too_long,
)
from stockroom.planning.price_breaks import BreakChoice, choose_price_breaks
from stockroom.planning.protection import demand_days, interval_days, least_lot, planned_units, usual_order
from stockroom.planning.reorder_point import comeback_level, money_level, quantile_points, reorder_points

_NOTHING = 1e-9
COMEBACK_DAYS = 21.0
"""A stopped item is bought in lots of at most so many days of its old demand: enough to see that it is back."""


@dataclass(frozen=True, eq=False)
class Decision:
    """What follows, one value per item; whole units."""

    expected_demand_units: IntArray
    """Over lead time and review (their mean, of the quantile method; 0 of a stopped item), rounded up."""
    planned_units: IntArray
    """What of it is owed to planned promotions and prices; under 0 where a price rises."""
    aimed_service_level: FloatArray
    """The share of order cycles (or of units, for a fill rate) that the reorder point is meant to serve."""
    safety_stock_units: IntArray
    """The rest of the reorder point. Under 0 for a fill rate that large lots reach by themselves, for targets under one
    half, and where a sale earns too little for any."""
    reorder_point_units: IntArray
    lot_units: IntArray
    order_up_to_units: IntArray
    position_units: IntArray
    needed_units: IntArray
    order_units: IntArray
    taken_break_units: IntArray
    """The price break that lots are stretched to; 0: none."""
    paid_unit_cost: FloatArray
    break_saves_per_year: FloatArray
    """Beside economic lots at the usual price."""
    needs_person: BoolArray
    """The supplier's smallest lot lasts longer than the policy allows: nothing is ordered until somebody decides."""


def decide(inputs: DecisionInputs) -> Decision:
    """Return levels and orders; each item's depend on its own row alone."""
    learned = inputs.method == "quantile"
    is_stopped = learned & inputs.is_stopped
    price = _price(inputs, is_stopped)
    # Whoever pays less for a unit holds it for less.
    inputs = replace(inputs, unit_cost=price.unit_cost)
    lot = lot_units(
        units_per_day=inputs.forecast_units_per_day,
        demand_variance=inputs.demand_variance,
        review_days=inputs.review_days,
        order_cost=inputs.order_cost,
        unit_cost=inputs.unit_cost,
        carrying_rate=inputs.carrying_rate,
        maximum_days=np.where(is_stopped, COMEBACK_DAYS, inputs.greatest_lot_days),
        break_units=price.break_units,
    )
    order_lot = least_lot(inputs, lot)
    expected, point = _textbook_points(inputs, order_lot.astype(np.float64))
    level = inputs.service_level.copy()
    rows = np.flatnonzero(learned)
    if rows.size:
        expected[rows], point[rows], level[rows] = _learned_points(take_inputs(inputs, rows), order_lot[rows])
    expected_units = np.ceil(expected).astype(np.int64)
    reorder_point = np.ceil(point).astype(np.int64)
    # A stopped item that is worth no stock is ordered only to make good what was promised.
    is_given_up = is_stopped & (level <= 0)
    order_up_to = np.where(is_given_up, 0, reorder_point + np.where(is_stopped, np.maximum(lot, 1), lot))
    position = inputs.available_units + inputs.on_order_units - inputs.waiting_units
    needed = needed_units(position, np.where(is_given_up, -1, reorder_point), order_up_to)
    needs_person = inputs.may_order & smallest_lot_lasts_too_long(
        needed=needed,
        minimum_order_units=inputs.minimum_order_units,
        pack_units=inputs.pack_units,
        units_per_day=inputs.forecast_units_per_day,
        maximum_cover_days=inputs.maximum_cover_days,
    )
    packed = packed_units(needed, np.maximum(inputs.minimum_order_units, price.break_units), inputs.pack_units)
    return Decision(
        expected_demand_units=expected_units,
        planned_units=planned_units(inputs, lot, learned & ~is_stopped),
        aimed_service_level=level,
        safety_stock_units=reorder_point - expected_units,
        reorder_point_units=reorder_point,
        lot_units=lot,
        order_up_to_units=order_up_to,
        position_units=position,
        needed_units=needed,
        order_units=np.where(inputs.may_order & ~needs_person, packed, 0),
        taken_break_units=price.break_units,
        paid_unit_cost=price.unit_cost,
        break_saves_per_year=price.saves_per_year,
        needs_person=needs_person,
    )


def _price(inputs: DecisionInputs, is_stopped: BoolArray) -> BreakChoice:
    """Return what units are bought at; an item that has stopped is not stocked up for a discount."""
    none = np.zeros_like(inputs.pack_units)
    return choose_price_breaks(
        units_per_year=inputs.forecast_units_per_day * DAYS_OF_YEAR,
        order_cost=inputs.order_cost,
        unit_cost=inputs.unit_cost,
        carrying_rate=inputs.carrying_rate,
        smallest_units=least_lot(inputs, none),
        greatest_units=np.where(is_stopped, 0.0, inputs.forecast_units_per_day * inputs.greatest_lot_days),
        break_units=inputs.price_break_units,
        break_unit_cost=inputs.price_break_unit_cost,
    )


def _textbook_points(inputs: DecisionInputs, lot: FloatArray) -> tuple[FloatArray, FloatArray]:
    return reorder_points(
        method=inputs.method,
        service_level=inputs.service_level,
        is_fill=inputs.service_kind == "fill",
        lot_units=lot,
        units_per_day=inputs.forecast_units_per_day,
        demand_variance=inputs.demand_variance,
        days_in_stock=inputs.days_in_stock,
        lead_time_days=inputs.lead_time_mean_days,
        lead_time_sd_days=inputs.lead_time_sd_days,
        review_days=inputs.review_days,
    )


def _learned_points(inputs: DecisionInputs, lot: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the demand to be covered, the reorder point and the service level aimed at, by the quantile method."""
    rate, units = inputs.forecast_units_per_day, usual_order(inputs, lot)
    level = _aimed_level(inputs, units)
    interval_units = rate[:, None] * demand_days(inputs, interval_days(inputs, lot))
    point = quantile_points(
        level=np.maximum(level, _NOTHING),
        is_fill=(inputs.service_kind == "fill") & ~inputs.is_stopped,
        lot_units=units,
        interval_units=interval_units,
        dispersion=inputs.dispersion,
        wandering=inputs.wandering,
    )
    expected = np.where(inputs.is_stopped, 0.0, interval_units.mean(axis=1))
    return expected, np.where((rate > 0) & (level > 0), point, 0).astype(np.float64), level


def _aimed_level(inputs: DecisionInputs, lot: FloatArray) -> FloatArray:
    """Return the policy's service level, or the most profitable one where the policy names none.

    A stopped item never aims higher than the sales of its comebacks pay for.
    """
    holding = inputs.unit_cost * inputs.carrying_rate
    pays = money_level(
        lot_units=lot,
        units_per_year=inputs.forecast_units_per_day * DAYS_OF_YEAR,
        holding_per_unit=holding,
        loss_per_unit=inputs.loss_per_unit,
    )
    comes_back = comeback_level(
        returns_per_year=inputs.returns_per_year, holding_per_unit=holding, loss_per_unit=inputs.loss_per_unit
    )
    level = np.where(inputs.service_kind == "money", pays, inputs.service_level)
    return np.where(inputs.is_stopped, np.minimum(level, comes_back), level)
