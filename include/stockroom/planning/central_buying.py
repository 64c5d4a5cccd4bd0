"""Bought at one location for several: one line for what all want together, and which of its units are whose.

The units of a line have an order: each goes to the location that would run out first without it. Whatever comes of the
line, be it all or half, are the first units of that order, so a short receipt leaves everybody out on the same day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import IntArray
from stockroom.planning.order_quantity import DAYS_OF_YEAR, packed_units

USUAL_WAY_DAYS = 1.0
"""From where it was bought to where it is wanted, while nobody says how goods go there."""


@dataclass(frozen=True)
class Place:
    """A location that a line is bought for."""

    location_id: str
    wanted_units: int
    """What it needs by itself, without packs and minimums; 0: nothing today."""
    position_units: int
    units_per_day: float
    may_have_more: bool
    """May get units beyond its need: it sells, and nobody holds it."""
    way_days: float = 0.0
    """From where it is bought; 0 at that location itself."""


@dataclass(frozen=True)
class PriceBreaks:
    """What more at a time costs; money in the order's currency."""

    unit_cost: float
    breaks: Sequence[tuple[int, float]]
    """From so many units on, so much each."""
    carrying_rate: float


@dataclass(frozen=True)
class Needs:
    """What several locations want of one SKU together."""

    wanted_units: int
    position_units: int
    reorder_point_units: int
    order_up_to_units: int
    units_per_day: float
    greatest_lot_days: float


def split_line(units: int, places: Sequence[Place]) -> list[IntArray]:
    """Return which units of a line, numbered from 1 in the order of their use, are each place's.

    First what places want, whoever would run out first before all, then what a pack, a minimum or a filled-up order
    added, to the same day for all. Where nobody may have more, the rest is the first place's: where it is bought.

    Both sell 1 a day and want 20. One has 10, so the other gets the first 10 units, and the rest is shared:

    >>> one, other = Place("LONDON", 20, 10, 1.0, True), Place("ROTTERDAM", 20, 0, 1.0, True)
    >>> [turns.size for turns in split_line(10, [one, other])], [turns.size for turns in split_line(40, [one, other])]
    ([0, 10], [20, 20])
    """
    beyond = max(units - sum(place.wanted_units for place in places), 0)
    more = [beyond if place.may_have_more else 0 for place in places]
    if not any(more):
        more[0] = beyond
    whose = np.repeat(np.arange(len(places)), [place.wanted_units + m for place, m in zip(places, more, strict=True)])
    is_beyond, run_out = [], []
    for place, added in zip(places, more, strict=True):
        number = np.arange(place.wanted_units + added)
        is_beyond.append(number >= place.wanted_units)
        left = place.position_units + number
        if place.units_per_day > 0:
            run_out.append(left / place.units_per_day)
        else:  # what was promised is wanted at once, the rest some day
            run_out.append(np.where(left < 0, -math.inf, math.inf))
    order = np.lexsort((whose, np.concatenate(run_out), np.concatenate(is_beyond)))[:units]
    return [np.flatnonzero(whose[order] == place) + 1 for place in range(len(places))]


def break_worth_taking(needs: Needs, units: int, prices: PriceBreaks) -> int:
    """Return from how many units on a lower price costs less in all, holding what is bought ahead included; 0: none.

    90 at 2.00 are 180.00; 96 at 1.80 are 172.80:

    >>> needs = Needs(90, 0, 40, 90, 2.0, 365.0)
    >>> break_worth_taking(needs, 90, PriceBreaks(2.0, [(96, 1.8), (960, 1.7)], 0.25))
    96
    """
    if units <= 0 or needs.units_per_day <= 0:
        return 0
    best, taken = units * _cost_of(units, prices), 0
    most = needs.reorder_point_units + needs.units_per_day * needs.greatest_lot_days - needs.position_units
    for from_units, cost in prices.breaks:
        more = from_units - units
        if more <= 0 or from_units > most:
            continue
        ahead = max(needs.position_units + units - needs.reorder_point_units, 0) / needs.units_per_day
        unit_days = more * ahead + more * more / (2.0 * needs.units_per_day)
        costs = from_units * cost + unit_days * cost * prices.carrying_rate / DAYS_OF_YEAR
        if costs < best:
            best, taken = costs, from_units
    return taken


def line_units(wanted_units: int, *, break_units: int, minimum_order_units: int, pack_units: int) -> int:
    """Return what is ordered of a sum of needs: packs over the minimum and the price break that is taken.

    >>> line_units(35, break_units=0, minimum_order_units=24, pack_units=12)
    36
    """
    least = np.array([max(minimum_order_units, break_units)])
    return int(packed_units(np.array([wanted_units]), least, np.array([pack_units]))[0])


def said_of_split(units: int, places: Sequence[Place]) -> str:
    """Return for whom a line is bought, as a person reads it.

    >>> said_of_split(3, [Place("LONDON", 1, 0, 1.0, True), Place("ROTTERDAM", 2, 0, 1.0, True)])
    'for LONDON 1, ROTTERDAM 2'
    """
    shares = zip(places, split_line(units, places), strict=True)
    return "for " + ", ".join(f"{place.location_id} {turns.size:,}" for place, turns in shares if turns.size)


def _cost_of(units: int, prices: PriceBreaks) -> float:
    return min([prices.unit_cost, *(cost for from_units, cost in prices.breaks if from_units <= units)])
