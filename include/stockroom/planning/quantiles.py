"""What will probably sell, as quantiles: the very distribution that reorder points are taken from.

For showing a forecast with its doubt, and for judging it once its days have passed (pinball loss, coverage).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.decision_inputs import DecisionInputs, take_inputs
from stockroom.planning.negative_binomial import mixture_quantiles
from stockroom.planning.order_quantity import DAYS_OF_YEAR
from stockroom.planning.protection import demand_days, interval_days
from stockroom.planning.reorder_point import normal_demand

DEMAND_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99)
_BLOCK_ITEMS = 512
_NEVER = 1e-12


def interval_quantiles(inputs: DecisionInputs, lot_units: IntArray) -> IntArray:
    """Return ``(n, 8)`` the ``DEMAND_QUANTILES`` of demand over the protection interval, in whole units.

    Over the lead time and the wait for a review, both uncertain. The textbook's methods know a normal only.
    """
    found = _normal_quantiles(inputs)
    learns = np.flatnonzero(inputs.method == "quantile")
    rows = take_inputs(inputs, learns)
    days = interval_days(rows, lot_units[learns])
    found[learns] = _learned_quantiles(rows, days)
    return found


def fixed_quantiles(inputs: DecisionInputs, days: FloatArray) -> IntArray:
    """Return ``(n, 8)`` the quantiles of demand over the first ``days (n,)``, by the learned distribution for all."""
    return _learned_quantiles(inputs, days[:, None])


def _learned_quantiles(inputs: DecisionInputs, days: FloatArray) -> IntArray:
    """Return the quantiles over equally likely intervals ``days (n, cases)``.

    An item that has stopped sells nothing unless it comes back, and then as before.
    """
    found = np.zeros((days.shape[0], len(DEMAND_QUANTILES)), dtype=np.int64)
    for first in range(0, days.shape[0], _BLOCK_ITEMS):
        rows = np.arange(first, min(first + _BLOCK_ITEMS, days.shape[0]))
        some = take_inputs(inputs, rows)
        comes_back = -np.expm1(-some.returns_per_year * days[rows].mean(axis=1) / DAYS_OF_YEAR)
        sells = np.where(some.is_stopped, comes_back, 1.0)[:, None]
        level = 1.0 - (1.0 - np.array(DEMAND_QUANTILES)) / np.maximum(sells, _NEVER)
        means = some.forecast_units_per_day[:, None] * demand_days(some, days[rows])
        variances = some.dispersion[:, None] * means + some.wandering[:, None] * means * means
        found[rows] = mixture_quantiles(level, means, variances)
    return found


def _normal_quantiles(inputs: DecisionInputs) -> IntArray:
    expected, deviation = normal_demand(
        method=inputs.method,
        units_per_day=inputs.forecast_units_per_day,
        demand_variance=inputs.demand_variance,
        days_in_stock=inputs.days_in_stock,
        lead_time_days=inputs.lead_time_mean_days,
        lead_time_sd_days=inputs.lead_time_sd_days,
        review_days=inputs.review_days,
    )
    points = expected[:, None] + ndtri(np.array(DEMAND_QUANTILES)) * deviation[:, None]
    sells = inputs.forecast_units_per_day[:, None] > 0
    return np.where(sells, np.ceil(np.maximum(points, 0.0)), 0.0).astype(np.int64)
