"""How much to order: the lot that pays, the level to reach, packs and minimums under one ceiling."""

from __future__ import annotations

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray

DAYS_OF_YEAR = 365.0


def economic_order_quantity(
    units_per_year: FloatArray, order_cost: FloatArray, unit_cost: FloatArray, carrying_rate: FloatArray
) -> FloatArray:
    """Return ``sqrt(2 K D / (v h))``, the lot with the least yearly cost of ordering and holding (Harris 1913).

    Where holding costs nothing (no cost price, no rate) there is no such lot: 0, and orders are of what is needed.

    1,200 a year, 100 an order, 6 a year to hold one:

    >>> one = lambda value: np.array([value])
    >>> economic_order_quantity(one(1200.0), one(100.0), one(24.0), one(0.25))
    array([200.])
    """
    holding = unit_cost * carrying_rate
    squared = np.divide(2.0 * order_cost * units_per_year, holding, out=np.zeros_like(holding), where=holding > 0)
    return np.asarray(np.sqrt(squared), dtype=np.float64)


def mean_undershoot(units_per_day: FloatArray, demand_variance: FloatArray, review_days: FloatArray) -> FloatArray:
    """Return the mean units by which the position is below the reorder point when a review finds it there.

    ``E[D**2] / (2 E[D])`` of the demand ``D`` between two reviews (renewal theory; Silver, Pyke & Thomas, section 7.4).
    """
    mean = units_per_day * review_days
    square = review_days * demand_variance + mean * mean
    return np.divide(square, 2.0 * mean, out=np.zeros_like(mean), where=mean > 0)


def lot_units(
    *,
    units_per_day: FloatArray,
    demand_variance: FloatArray,
    review_days: FloatArray,
    order_cost: FloatArray,
    unit_cost: FloatArray,
    carrying_rate: FloatArray,
    maximum_days: FloatArray,
    break_units: IntArray,
) -> IntArray:
    """Return the whole units that an order adds above the reorder point: the economic lot less the mean undershoot.

    Never more than ``maximum_days`` of demand; stretched to the price break that is taken, 0 for none.
    """
    economic = economic_order_quantity(units_per_day * DAYS_OF_YEAR, order_cost, unit_cost, carrying_rate)
    economic = np.maximum(economic, break_units)
    lot = np.maximum(economic - mean_undershoot(units_per_day, demand_variance, review_days), 0.0)
    return np.floor(np.minimum(lot, units_per_day * maximum_days)).astype(np.int64)


def needed_units(position: IntArray, reorder_point: IntArray, order_up_to: IntArray) -> IntArray:
    """Return ``S - position`` where the position has come down to the reorder point, else 0."""
    return np.where(position <= reorder_point, np.maximum(order_up_to - position, 0), 0)


def packed_units(needed: IntArray, minimum_order_units: IntArray, pack_units: IntArray) -> IntArray:
    """Return the smallest multiple of the pack that reaches both the need and the minimum: one ceiling; 0 stays 0.

    >>> packed_units(np.array([54, 54, 0]), np.array([1, 100, 100]), np.array([12, 12, 12])).tolist()
    [60, 108, 0]
    """
    wanted = np.maximum(needed, minimum_order_units)
    return np.where(needed > 0, -(-wanted // pack_units) * pack_units, 0)


def smallest_lot_lasts_too_long(
    *,
    needed: IntArray,
    minimum_order_units: IntArray,
    pack_units: IntArray,
    units_per_day: FloatArray,
    maximum_cover_days: FloatArray,
) -> BoolArray:
    """Return the items whose supplier's smallest lot exceeds the cap on cover: a person decides about these.

    It compares the lot and not the position after it, so that more stock never turns a question into an order.
    """
    least = packed_units(np.ones_like(needed), minimum_order_units, pack_units)
    return (needed > 0) & (least > needed) & (least > units_per_day * maximum_cover_days)
