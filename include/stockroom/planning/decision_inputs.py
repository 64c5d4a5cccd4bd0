"""What an order depends on: one row of numbers per item, and the same row as plain values."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.lead_time import CASES

CASE_NAMES = tuple(f"lead_time_case_{case:02}_days" for case in range(1, CASES + 1))
LISTS = {
    "delay_from_days": "delay_{}_from_days",
    "delay_until_days": "delay_{}_until_days",
    "delay_most_days": "delay_{}_most_days",
    "planned_from_days": "planned_change_{}_from_days",
    "planned_until_days": "planned_change_{}_until_days",
    "planned_times": "planned_change_{}_times",
    "price_break_units": "price_break_{}_units",
    "price_break_unit_cost": "price_break_{}_unit_cost",
}
"""Inputs of which an item has any number, and what each of them is called."""


@dataclass(frozen=True, eq=False)
class DecisionInputs:
    """Everything an order depends on, one value per item, in the order in which a person would follow it."""

    forecast_units_per_day: FloatArray
    """On an average day of the interval that an order covers."""
    demand_variance: FloatArray
    dispersion: FloatArray
    """Variance of demand over its mean, as far as it averages out over days. Of the quantile method, as the next."""
    wandering: FloatArray
    """Squared coefficient of variation of the level, which does not average out."""
    planned_from_days: FloatArray
    """(n, changes) when a planned change of demand begins, in days from the plan date; NaN where an item has fewer."""
    planned_until_days: FloatArray
    planned_times: FloatArray
    """(n, changes) how many times as much is sold meanwhile."""
    is_stopped: BoolArray
    """Silent for longer than its own pace makes credible."""
    returns_per_year: FloatArray
    """How often an item that has stopped comes back; 0 for one that sells."""
    days_in_stock: FloatArray
    lead_time_mean_days: FloatArray
    lead_time_sd_days: FloatArray
    lead_time_cases_days: FloatArray
    """(n, 12) equally likely lead times, without the delays below."""
    delay_from_days: FloatArray
    """(n, delays) when a closure or a carriers' peak begins that orders may meet, in days from the plan date."""
    delay_until_days: FloatArray
    delay_most_days: FloatArray
    """The days that are lost at most; 0: nothing moves meanwhile."""
    review_days: FloatArray
    method: TextArray
    service_level: FloatArray
    service_kind: TextArray
    order_cost: FloatArray
    unit_cost: FloatArray
    loss_per_unit: FloatArray
    """What a lost sale costs: margin and goodwill."""
    carrying_rate: FloatArray
    maximum_cover_days: FloatArray
    """How long the smallest lot that a supplier sells may last."""
    greatest_lot_days: FloatArray
    """How long an economic lot may last."""
    available_units: IntArray
    on_order_units: IntArray
    waiting_units: IntArray
    """What shoppers who wait will buy beside the forecast. Said of those items alone for which anybody waits."""
    minimum_order_units: IntArray
    pack_units: IntArray
    price_break_units: FloatArray
    """(n, breaks) the least units of an order that gets the price below; NaN where an item has fewer breaks."""
    price_break_unit_cost: FloatArray
    may_order: BoolArray


def take_inputs(inputs: DecisionInputs, rows: IntArray) -> DecisionInputs:
    """Return the inputs of those rows."""
    return DecisionInputs(**{field.name: getattr(inputs, field.name)[rows] for field in fields(DecisionInputs)})


def stack_inputs(rows: Sequence[DecisionInputs]) -> DecisionInputs:
    """Return the inputs of several items as one; shorter lists of changes, delays and breaks are padded with NaN."""
    columns: dict[str, Any] = {}
    for field in fields(DecisionInputs):
        parts = [getattr(row, field.name) for row in rows]
        if field.name in LISTS:
            widest = max(part.shape[1] for part in parts)
            parts = [widened(part, widest) for part in parts]
        columns[field.name] = np.concatenate(parts)
    return DecisionInputs(**columns)


def widened(listed: FloatArray, width: int) -> FloatArray:
    """Return ``(n, k)`` lists of the items padded with NaN to ``(n, width)``."""
    if listed.shape[1] == width:
        return listed
    return np.pad(listed, ((0, 0), (0, width - listed.shape[1])), constant_values=np.nan)


def row_of_inputs(inputs: DecisionInputs, row: int) -> dict[str, float | int | str | bool]:
    """Return one item's inputs by name, as plain Python values; each lead-time case has a name of its own."""
    values: dict[str, float | int | str | bool] = {}
    for name in DecisionInputs.__dataclass_fields__:
        column = getattr(inputs, name)
        if name == "lead_time_cases_days":
            values.update(zip(CASE_NAMES, column[row].tolist(), strict=True))
        elif name in LISTS:
            listed = column[row][~np.isnan(column[row])].tolist()
            values.update((LISTS[name].format(number), value) for number, value in enumerate(listed, 1))
        elif name != "waiting_units" or column[row]:
            values[name] = column[row].item()
    return values


def inputs_of_row(values: dict[str, float | int | str | bool]) -> DecisionInputs:
    """Return the inputs of one item from plain values: the way back from ``row_of_inputs``.

    Raises:
        KeyError: a value is missing.
    """
    integers = {"available_units", "on_order_units", "waiting_units", "minimum_order_units", "pack_units"}
    values = {"waiting_units": 0, **values}
    columns: dict[str, Any] = {}
    for field in fields(DecisionInputs):
        if field.name == "lead_time_cases_days":
            columns[field.name] = np.array([[values[name] for name in CASE_NAMES]], dtype=np.float64)
            continue
        if field.name in LISTS:
            names = map(LISTS[field.name].format, itertools.count(1))
            listed = [values[name] for name in itertools.takewhile(values.__contains__, names)]
            columns[field.name] = np.array([listed], dtype=np.float64)
            continue
        value = values[field.name]
        dtype = None if isinstance(value, str | bool) else np.int64 if field.name in integers else np.float64
        columns[field.name] = np.array([value], dtype=dtype)
    return DecisionInputs(**columns)
