"""What shipments say of how long their suppliers take, on the logarithm of days; open ones say "longer than so far".

An open shipment enters the likelihood as ``P(days > so far)`` (right-censored), solved by Newton steps, so that one
sent yesterday weighs nothing and one long overdue weighs as much as an arrival.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.history import LeadTimeHistory
from stockroom.planning.lost_orders import GREATEST_OVER_QUOTED

LEAST_WEIGHT = 1e-60
"""Of the oldest shipment: however long ago, it is one, and no sum of weights is 0."""
# Spreads on the log scale: where few shipments speak, these stand in, each worth the stated number of observations.
WITHIN_SD, WITHIN_WORTH = 0.25, 5.0
SUPPLIERS_SD, SUPPLIERS_WORTH = 0.30, 3.0
NEWTON_STEPS = 20  # fixed, never "until it converges": a shard must not see how others converge
_LOG_2PI_HALF = 0.5 * np.log(2 * np.pi)


def shipment_means(
    lead_times: LeadTimeHistory,
    of_shipment: IntArray,
    prior: FloatArray,
    within: float,
    between: float,
    half_life: float,
) -> tuple[FloatArray, FloatArray]:
    """Return per supplier the weight (in shipments) and mean of its log days, open ones as censored.

    Newton's step on the log-likelihood of a censored normal turns an open shipment at ``z`` standard deviations into an
    observation at ``centre + sd / (hazard - z)`` of weight ``hazard (hazard - z)``, which is its share of information.
    """
    is_open = lead_times.is_open
    log_days = np.log(lead_times.days)
    log_days = np.where(is_open, np.minimum(log_days, prior[of_shipment] + np.log(GREATEST_OVER_QUOTED)), log_days)
    recency = recency_weights(lead_times, half_life)
    suppliers = prior.size
    sd = np.sqrt(within)
    centre = prior
    weight: FloatArray = np.zeros(suppliers)
    mean = prior
    for _ in range(NEWTON_STEPS if is_open.any() else 1):
        z = (log_days - centre[of_shipment]) / sd
        hazard = np.exp(-0.5 * z * z - _LOG_2PI_HALF - log_ndtr(-z))
        gap = np.maximum(hazard - z, 1e-9)
        seen_at = np.where(is_open, centre[of_shipment] + sd / gap, log_days)
        share = recency * np.where(is_open, np.minimum(hazard * gap, 1.0), 1.0)
        weight = np.asarray(np.bincount(of_shipment, share, suppliers), dtype=np.float64)
        total = np.bincount(of_shipment, share * seen_at, suppliers)
        mean = np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), prior)
        centre = posterior(prior, weight, mean, within, between)
    return weight, mean


def posterior(prior: FloatArray, weight: FloatArray, mean: FloatArray, within: float, between: float) -> FloatArray:
    """Return each supplier's mean log days: its prior and its shipments, each by its precision."""
    own = weight / within
    return np.asarray((prior / between + own * mean) / (1 / between + own), dtype=np.float64)


def within_variance(
    lead_times: LeadTimeHistory, of_shipment: IntArray, centre: FloatArray, within: float, half_life: float
) -> float:
    """Return the variance of one supplier's log days around its centre: a step of expectation and maximisation.

    An open shipment counts with what is expected of it, ``within (1 + z hazard)``: those that have arrived are the
    quick ones, and their spread alone would be too small.
    """
    weight = recency_weights(lead_times, half_life)
    squares = float((weight * squared_residuals(lead_times, of_shipment, centre, within)).sum())
    total = np.bincount(of_shipment, weight, centre.size)
    lost = np.bincount(of_shipment, weight * weight, centre.size) / np.where(total > 0, total, 1.0)
    freedom = max(float((total - lost).sum()), 0.0)
    return (WITHIN_WORTH * WITHIN_SD**2 + squares) / (WITHIN_WORTH + freedom)


def squared_residuals(
    lead_times: LeadTimeHistory, of_shipment: IntArray, centre: FloatArray, within: float
) -> FloatArray:
    """Return each shipment's squared distance from its supplier's centre; of an open one, what is expected of it."""
    residual = np.log(lead_times.days) - centre[of_shipment]
    z = np.where(lead_times.is_open, np.minimum(residual, np.log(GREATEST_OVER_QUOTED)), residual) / np.sqrt(within)
    hazard = np.exp(-0.5 * z * z - _LOG_2PI_HALF - log_ndtr(-z))
    return np.where(lead_times.is_open, within * (1 + z * hazard), np.square(residual))


def between_variance(weight: FloatArray, mean: FloatArray, lane: IntArray, within: float) -> float:
    """Return the variance between suppliers of a lane by moments, leaning on the default while suppliers are few."""
    lanes = int(lane.max()) + 1
    members = np.bincount(lane, minlength=lanes)
    centre = np.bincount(lane, mean, lanes) / np.maximum(members, 1)
    squares = float(np.square(mean - centre[lane]).sum())
    noise = float((within / weight * (1 - 1 / members[lane])).sum())
    freedom = float(np.maximum(members - 1, 0).sum())
    return (SUPPLIERS_WORTH * SUPPLIERS_SD**2 + max(squares - noise, 0.0)) / (SUPPLIERS_WORTH + freedom)


def recency_weights(lead_times: LeadTimeHistory, half_life_days: float) -> FloatArray:
    """Return each shipment's weight: half for every half-life since it arrived; an open one is today's news."""
    weight = np.maximum(np.exp2(-lead_times.age_days / half_life_days), LEAST_WEIGHT)
    return np.where(lead_times.is_open, 1.0, weight)
