"""What is lost while goods are waited for: the chance of a stockout, and the money at risk.

The demand of the days until they come is the very distribution that the plan ordered by; what is there and what else
comes meanwhile stands against it. Of sales that are lost, the sum up to a moment is the greatest shortage of any moment
before it, so a second delivery in between mends what follows and nothing that went before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray
from stockroom.planning.decision_inputs import DecisionInputs
from stockroom.planning.negative_binomial import expected_short, reach
from stockroom.planning.order_quantity import DAYS_OF_YEAR
from stockroom.planning.protection import demand_days


@dataclass(frozen=True, eq=False)
class Arrivals:
    """What else comes, ``(n, m)``; NaN where an item has less."""

    days: FloatArray
    """From the plan date on."""
    units: FloatArray


@dataclass(frozen=True, eq=False)
class Risk:
    """What waiting may cost, one value per item."""

    stockout_probability: FloatArray
    """That somebody asks in vain before the goods come."""
    lost_units: FloatArray
    money: FloatArray
    """Margin and goodwill of the units that are expected to be lost."""


def supply_risk(inputs: DecisionInputs, arrival_days: FloatArray, others: Arrivals) -> Risk:
    """Return the risk of waiting ``arrival_days (n, cases)``, equally likely, from the plan date on.

    ``inputs`` are the plan's own of these items, one row each.
    """
    short_then, chance_then = _shortage(inputs, arrival_days, others)
    if others.days.shape[1]:
        short_before, chance_before = _shortage(inputs, np.nan_to_num(others.days), others)
        is_before = others.days[:, None, :] < arrival_days[:, :, None]  # of NaN nothing is before
        short_then = np.maximum(short_then, np.where(is_before, short_before[:, None, :], 0.0).max(axis=2))
        chance_then = np.maximum(chance_then, np.where(is_before, chance_before[:, None, :], 0.0).max(axis=2))
    days = arrival_days.mean(axis=1)
    # An item that has stopped sells nothing unless it comes back, and then as before.
    sells = np.where(inputs.is_stopped, -np.expm1(-inputs.returns_per_year * days / DAYS_OF_YEAR), 1.0)
    lost = sells * short_then.mean(axis=1)
    return Risk(sells * chance_then.mean(axis=1), lost, lost * np.maximum(inputs.loss_per_unit, 0.0))


def _shortage(inputs: DecisionInputs, days: FloatArray, others: Arrivals) -> tuple[FloatArray, FloatArray]:
    """Return ``(n, q)`` units expected to be short just before ``days (n, q)``, and the chance that any is."""
    has_come = others.days[:, None, :] < days[:, :, None]
    came = np.where(has_come, np.nan_to_num(others.units)[:, None, :], 0.0).sum(axis=2)
    supply = np.maximum(inputs.available_units[:, None] + came, 0.0)
    mean = inputs.forecast_units_per_day[:, None] * demand_days(inputs, days)
    variance = inputs.dispersion[:, None] * mean + inputs.wandering[:, None] * mean * mean
    return expected_short(supply, mean, variance), 1.0 - reach(supply, mean, variance)
