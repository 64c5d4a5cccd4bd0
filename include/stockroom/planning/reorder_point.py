"""When to order: the stock that must be owned or due, so that demand until the next delivery is served."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.negative_binomial import mixture_fill_point, mixture_quantile

_BISECTIONS = 60  # halves [-8, 8] to under 1e-16; a fixed number, so that every item sees the same steps


def simple_reorder_point(units_per_day: FloatArray, lead_time_days: FloatArray) -> FloatArray:
    """Return ``1.5 x weekly demand x lead time in weeks``, the spreadsheet's rule.

    >>> simple_reorder_point(np.array([5.0]), np.array([14.0]))  # 35 a week, two weeks
    array([105.])
    """
    return np.asarray(1.5 * (7.0 * units_per_day) * (lead_time_days / 7.0), dtype=np.float64)


def classic_safety_stock(z: FloatArray, demand_variance: FloatArray, lead_time_days: FloatArray) -> FloatArray:
    """Return ``z sd_d sqrt(L)``: demand varies, the lead time does not.

    Source: Silver, Pyke & Thomas, *Inventory and Production Management in Supply Chains*, section 6.7.

    >>> classic_safety_stock(np.array([1.645]), np.array([100.0]), np.array([9.0]))  # sd 10, nine days
    array([49.35])
    """
    return np.asarray(z * np.sqrt(lead_time_days * demand_variance), dtype=np.float64)


def both_variances_deviation(
    *,
    units_per_day: FloatArray,
    demand_variance: FloatArray,
    days_in_stock: FloatArray,
    lead_time_days: FloatArray,
    lead_time_sd_days: FloatArray,
    review_days: FloatArray,
) -> FloatArray:
    """Return the standard deviation of demand over the protection interval ``P = L + R``.

    ``sqrt((P + P**2 / n) sd_d**2 + d**2 sd_L**2)``: days vary, the mean was measured on only ``n`` days in stock,
    the lead time varies (Chopra, Reinhardt & Dada 2004). Without the middle term a target of 95 % gives 87 % at ``L
    = n = 30``.

    Chopra & Meindl's example: 2,500 a day (sd 500), lead time 7 days (sd 7), a mean that is known:

    >>> one = lambda value: np.array([value])
    >>> deviation = both_variances_deviation(units_per_day=one(2500.0), demand_variance=one(500.0**2),
    ...     days_in_stock=one(np.inf), lead_time_days=one(7.0), lead_time_sd_days=one(7.0), review_days=one(0.0))
    >>> round(float(deviation[0])), round(float(1.2816 * deviation[0]))  # at 90 %: the book says 17,550 and 22,491
    (17550, 22492)
    """
    interval = lead_time_days + review_days
    measured_on = np.maximum(days_in_stock, 1.0)
    days = (interval + interval * interval / measured_on) * demand_variance
    delivery = np.square(units_per_day * lead_time_sd_days)
    return np.asarray(np.sqrt(days + delivery), dtype=np.float64)


def service_z(
    service_level: FloatArray, is_fill: BoolArray, lot_units: FloatArray, deviation: FloatArray
) -> FloatArray:
    """Return how many standard deviations of safety a service target needs.

    Cycle service (the share of replenishments without a stockout) is the normal quantile. Fill rate ``b`` (the
    share of units served) solves ``G(z) = ES / sd`` with ``ES = Q (1 - b) / b``, lost sales and lots of ``Q``;
    large lots need little safety, even less than none. Source: Silver, Pyke & Thomas, section 6.7; ``G`` is the
    unit normal loss.

    >>> both = np.ones(2)
    >>> np.round(service_z(0.95 * both, np.array([False, True]), 300.0 * both, 26.4 * both), 2).tolist()
    [1.64, -0.35]
    """
    shortfall = lot_units * (1.0 - service_level) / service_level
    wanted = np.divide(shortfall, deviation, out=np.full_like(shortfall, np.inf), where=deviation > 0)
    low, high = np.full_like(wanted, -8.0), np.full_like(wanted, 8.0)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        too_short = unit_normal_loss(middle) > wanted
        low, high = np.where(too_short, middle, low), np.where(too_short, high, middle)
    return np.where(is_fill, high, ndtri(service_level))


def unit_normal_loss(z: FloatArray) -> FloatArray:
    """Return ``G(z) = pdf(z) - z (1 - cdf(z))``, the expected units short of a unit normal demand.

    >>> round(float(unit_normal_loss(np.array([0.0]))[0]), 4)
    0.3989
    """
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) - z * ndtr(-z), dtype=np.float64)


LEAST_MONEY_LEVEL, GREATEST_MONEY_LEVEL = 0.40, 0.998


def money_level(
    *, lot_units: FloatArray, units_per_year: FloatArray, holding_per_unit: FloatArray, loss_per_unit: FloatArray
) -> FloatArray:
    """Return the cycle service level at which holding one unit more costs as much as it saves in lost sales.

    ``1 - h Q / (p D + h Q)``: a unit costs ``h`` a year to hold and saves ``p`` in each of ``D / Q`` cycles a year in
    which it would have been missing; sales that are lost stretch the cycle (Hadley & Whitin 1963, section 4-3).

    >>> one = lambda value: np.array([value])
    >>> level = money_level(lot_units=one(70.0), units_per_year=one(365.0), holding_per_unit=one(0.3),
    ...     loss_per_unit=one(0.8))
    >>> round(float(level[0]), 3)
    0.933
    """
    holding, loss = holding_per_unit * lot_units, loss_per_unit * units_per_year
    total = holding + loss
    level = 1.0 - np.divide(holding, total, out=np.ones_like(total), where=total > 0)
    return np.clip(level, LEAST_MONEY_LEVEL, GREATEST_MONEY_LEVEL)


def comeback_level(
    *, returns_per_year: FloatArray, holding_per_unit: FloatArray, loss_per_unit: FloatArray
) -> FloatArray:
    """Return the service level for a stopped item that may sell again; 0: it is worth no stock.

    A unit that waits costs ``h`` a year and saves ``p`` at each comeback that needs it.
    """
    saves = loss_per_unit * returns_per_year
    return np.maximum(1.0 - np.divide(holding_per_unit, saves, out=np.ones_like(saves), where=saves > 0), 0.0)


def quantile_points(
    *,
    level: FloatArray,
    is_fill: BoolArray,
    lot_units: FloatArray,
    interval_units: FloatArray,
    dispersion: FloatArray,
    wandering: FloatArray,
) -> IntArray:
    """Return the reorder point in whole units: the quantile ``level`` of demand until the replacement is there.

    Demand is a mixture over equally likely intervals (their means are ``interval_units (n, cases)``) of negative
    binomials with variance ``dispersion m + wandering m**2``. For a fill rate ``b`` instead the least stock that leaves
    at most ``Q (1 - b) / b`` units short a cycle.
    """
    variances = dispersion[:, None] * interval_units + wandering[:, None] * interval_units * interval_units
    point = mixture_quantile(np.where(is_fill, 0.5, level), interval_units, variances)
    if is_fill.any():
        short = lot_units * (1.0 - level) / np.maximum(level, 1e-9)
        rows = np.flatnonzero(is_fill)
        point[rows] = mixture_fill_point(short[rows], interval_units[rows], variances[rows])
    return point


def normal_demand(
    *,
    method: TextArray,
    units_per_day: FloatArray,
    demand_variance: FloatArray,
    days_in_stock: FloatArray,
    lead_time_days: FloatArray,
    lead_time_sd_days: FloatArray,
    review_days: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the demand that each of the textbook's methods sees coming.

    ``classic`` and ``simple`` know no review period; ``simple`` knows no spread either and is lent the full one.
    """
    covers_review = method == "both_variances"
    expected = units_per_day * (lead_time_days + np.where(covers_review, review_days, 0.0))
    both = both_variances_deviation(
        units_per_day=units_per_day,
        demand_variance=demand_variance,
        days_in_stock=days_in_stock,
        lead_time_days=lead_time_days,
        lead_time_sd_days=lead_time_sd_days,
        review_days=review_days,
    )
    one_sigma = classic_safety_stock(np.ones_like(both), demand_variance, lead_time_days)
    return np.asarray(expected, dtype=np.float64), np.where(method == "classic", one_sigma, both)


def reorder_points(
    *,
    method: TextArray,
    service_level: FloatArray,
    is_fill: BoolArray,
    lot_units: FloatArray,
    units_per_day: FloatArray,
    demand_variance: FloatArray,
    days_in_stock: FloatArray,
    lead_time_days: FloatArray,
    lead_time_sd_days: FloatArray,
    review_days: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the demand to be covered and the reorder point, both in units before rounding, by the textbook's methods.

    ``classic`` and ``simple`` are the textbook's: no review period, and for ``simple`` the half on top is the
    buffer. A reorder point is never under 0, and 0 where nothing sells.
    """
    expected, deviation = normal_demand(
        method=method,
        units_per_day=units_per_day,
        demand_variance=demand_variance,
        days_in_stock=days_in_stock,
        lead_time_days=lead_time_days,
        lead_time_sd_days=lead_time_sd_days,
        review_days=review_days,
    )
    z = service_z(service_level, is_fill, lot_units, deviation)
    point = np.where(method == "simple", simple_reorder_point(units_per_day, lead_time_days), expected + z * deviation)
    return expected, np.where(units_per_day > 0, np.maximum(point, 0.0), 0.0)
