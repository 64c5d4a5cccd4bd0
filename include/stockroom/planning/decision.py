"""The decision itself: from one row of numbers to levels and an order. Nothing else decides.

``plan_items`` feeds it all items at once, ``recompute`` one item from the terms of its explanation: the same code,
so the same integers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.order_quantity import lot_units, needed_units, packed_units, smallest_lot_lasts_too_long
from stockroom.planning.reorder_point import reorder_points


@dataclass(frozen=True, eq=False)
class DecisionInputs:
    """Everything an order depends on, one value per item, in the order in which a person would follow it."""

    forecast_units_per_day: FloatArray
    demand_variance: FloatArray
    days_in_stock: FloatArray
    lead_time_mean_days: FloatArray
    lead_time_sd_days: FloatArray
    review_days: FloatArray
    method: TextArray
    service_level: FloatArray
    service_kind: TextArray
    order_cost: FloatArray
    unit_cost: FloatArray
    carrying_rate: FloatArray
    maximum_cover_days: FloatArray
    """How long the smallest lot that a supplier sells may last."""
    target_days_of_supply: FloatArray
    """How long a lot may last: what is beyond would be flagged as excess tomorrow."""
    available_units: IntArray
    on_order_units: IntArray
    minimum_order_units: IntArray
    pack_units: IntArray
    may_order: BoolArray


@dataclass(frozen=True, eq=False)
class Decision:
    """What follows, one value per item; whole units."""

    expected_demand_units: IntArray
    """Over lead time and review, rounded up."""
    safety_stock_units: IntArray
    """The rest of the reorder point. Under 0 only for a fill rate that large lots reach by themselves."""
    reorder_point_units: IntArray
    lot_units: IntArray
    order_up_to_units: IntArray
    position_units: IntArray
    needed_units: IntArray
    order_units: IntArray
    needs_person: BoolArray
    """The supplier's smallest lot lasts longer than the policy allows: nothing is ordered until somebody decides."""


def decide(inputs: DecisionInputs) -> Decision:
    """Return levels and orders; each item's depend on its own row alone."""
    lot = lot_units(
        units_per_day=inputs.forecast_units_per_day,
        demand_variance=inputs.demand_variance,
        review_days=inputs.review_days,
        order_cost=inputs.order_cost,
        unit_cost=inputs.unit_cost,
        carrying_rate=inputs.carrying_rate,
        maximum_days=np.minimum(inputs.target_days_of_supply, inputs.maximum_cover_days),
    )
    least_lot = np.maximum(lot, packed_units(np.ones_like(lot), inputs.minimum_order_units, inputs.pack_units))
    expected, point = reorder_points(
        method=inputs.method,
        service_level=inputs.service_level,
        is_fill=inputs.service_kind == "fill",
        lot_units=least_lot.astype(np.float64),
        units_per_day=inputs.forecast_units_per_day,
        demand_variance=inputs.demand_variance,
        days_in_stock=inputs.days_in_stock,
        lead_time_days=inputs.lead_time_mean_days,
        lead_time_sd_days=inputs.lead_time_sd_days,
        review_days=inputs.review_days,
    )
    expected_units = np.ceil(expected).astype(np.int64)
    reorder_point = np.ceil(point).astype(np.int64)
    order_up_to = reorder_point + lot
    position = inputs.available_units + inputs.on_order_units
    needed = needed_units(position, reorder_point, order_up_to)
    needs_person = inputs.may_order & smallest_lot_lasts_too_long(
        needed=needed,
        minimum_order_units=inputs.minimum_order_units,
        pack_units=inputs.pack_units,
        units_per_day=inputs.forecast_units_per_day,
        maximum_cover_days=inputs.maximum_cover_days,
    )
    packed = packed_units(needed, inputs.minimum_order_units, inputs.pack_units)
    return Decision(
        expected_demand_units=expected_units,
        safety_stock_units=reorder_point - expected_units,
        reorder_point_units=reorder_point,
        lot_units=lot,
        order_up_to_units=order_up_to,
        position_units=position,
        needed_units=needed,
        order_units=np.where(inputs.may_order & ~needs_person, packed, 0),
        needs_person=needs_person,
    )


def row_of_inputs(inputs: DecisionInputs, row: int) -> dict[str, float | int | str | bool]:
    """Return one item's inputs by name, as plain Python values."""
    return {name: getattr(inputs, name)[row].item() for name in DecisionInputs.__dataclass_fields__}


def inputs_of_row(values: dict[str, float | int | str | bool]) -> DecisionInputs:
    """Return the inputs of one item from plain values: the way back from ``row_of_inputs``."""
    integers = {"available_units", "on_order_units", "minimum_order_units", "pack_units"}
    columns = {}
    for field in fields(DecisionInputs):
        value = values[field.name]
        dtype = None if isinstance(value, str | bool) else np.int64 if field.name in integers else np.float64
        columns[field.name] = np.array([value], dtype=dtype)
    return DecisionInputs(**columns)
