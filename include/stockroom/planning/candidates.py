"""The ways that the rest of an item's units can go, each with what it gains: sold for less, sent back or given up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from stockroom.planning import gains
from stockroom.planning.action_words import BUNDLE, DONATE, PROMOTE
from stockroom.planning.arrays import FloatArray
from stockroom.planning.gains import Case, GainOf, expected_gain
from stockroom.planning.ways_out import CLEAR_OUT, MARK_DOWN, MARKDOWN_STEP_PERCENT, RETURN, STOP_BUYING, sell

PROMOTION_PERCENTS = (10.0, 15.0, 20.0, 25.0, 30.0)
BUNDLE_PERCENTS = (10.0, 15.0, 20.0)


@dataclass(frozen=True)
class ClearingTerms:
    """What a store can do in a week, and what doing it costs. Money in the base currency."""

    promotions_at_once: int = 10
    promotion_budget: float = 1000.0
    """Discount that promotions may give away."""
    promotion_days: float = 14.0
    transfer_cost: float = 5.0
    """Of one line, however many units."""
    transfer_unit_cost: float = 0.10
    least_clearance_value: float = 25.0
    """No clearance buyer comes for less: such a rest is donated."""
    donation_share: float = 0.0
    """What giving a unit away is worth, in taxes or goodwill, as a share of its cost."""
    least_gain: float = 5.0
    """Nobody lifts a hand for less."""


@dataclass(frozen=True)
class Partner:
    """A faster mover that is really bought together with an item."""

    sku: str
    lift: float
    """How many times as often as if shoppers chose the two by chance."""
    together_per_day: float
    """Orders a day that hold both."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What lies beyond the items' own histories; everything may be unknown."""

    return_credit: FloatArray | None = None
    """(n,) share of cost that the item's supplier credits for returned units; NaN: no returns."""
    partners: Mapping[int, Partner] = field(default_factory=dict)
    """By item."""


@dataclass(frozen=True)
class Way:
    """One candidate for the units that are left of an item."""

    kind: str
    gain_of: GainOf
    expected: float
    percent: float = 0.0
    gives_away: float = 0.0
    takes_days: float = 0.0


def ways_for(case: Case, units: int, item: int, around: Surroundings, terms: ClearingTerms) -> list[Way]:
    """Return every way for the rest of an item's units, best first; waiting gains nothing and is always one."""
    surplus = case.units(units)
    ways = [Way(STOP_BUYING, lambda _: 0.0, 0.0, takes_days=float(sell(surplus, 0.0).takes_days))]
    if surplus.units_per_day > 0:
        ways += _sales(case, units, item, around, terms)
    credit = math.nan if around.return_credit is None else float(around.return_credit[item])
    if credit > 0:
        ways.append(
            _way(RETURN, case, lambda one: gains.given_up(one, units, brings=units * credit * surplus.unit_cost))
        )
    if surplus.units_per_day > 0:  # what was never in stock here is not judged
        kind, brings = CLEAR_OUT, surplus.cleared
        if brings < terms.least_clearance_value:
            kind, brings = DONATE, units * terms.donation_share * surplus.unit_cost
        ways.append(_way(kind, case, lambda one: gains.given_up(one, units, brings=brings)))
    worth_it = [way for way in ways if way.kind == STOP_BUYING or way.expected >= terms.least_gain]
    return sorted(worth_it, key=lambda way: -way.expected)


def _sales(case: Case, units: int, item: int, around: Surroundings, terms: ClearingTerms) -> list[Way]:
    """Return the best markdown, promotion and bundle, none under cost or half price.

    What does not answer to its price is not marked down; being promoted, it may still sell.
    """
    deepest, floor = case.surplus.deepest_percent, case.surplus.floor_percent
    steps = np.arange(MARKDOWN_STEP_PERCENT, deepest + 1e-9, MARKDOWN_STEP_PERCENT).tolist()
    markdowns = [_marked_down(case, units, percent) for percent in steps]
    promotions = [_promoted(case, units, percent, terms) for percent in PROMOTION_PERCENTS if percent <= floor]
    bundles = []
    if partner := around.partners.get(item):
        bundles = [_bundled(case, units, percent, partner) for percent in BUNDLE_PERCENTS if percent <= floor]
    kinds = (markdowns, promotions, bundles)
    return [max(found, key=lambda way: way.expected) for found in kinds if found]


def _way(kind: str, case: Case, gain_of: GainOf, *, percent: float = 0.0) -> Way:
    return Way(kind, gain_of, expected_gain(gain_of, case), percent)


def _marked_down(case: Case, units: int, percent: float) -> Way:
    way = _way(MARK_DOWN, case, lambda one: gains.marked_down(one, units, percent), percent=percent)
    return replace(way, takes_days=float(sell(case.units(units), percent).takes_days))


def _promoted(case: Case, units: int, percent: float, terms: ClearingTerms) -> Way:
    days = terms.promotion_days
    way = _way(PROMOTE, case, lambda one: gains.promoted(one, units, percent, promotion_days=days), percent=percent)
    sale = gains.promote(case, units, percent, promotion_days=days)
    left = case.surplus.units_per_day and (units - sale.sold_units) / case.surplus.units_per_day
    return replace(
        way,
        takes_days=float(sale.takes_days + left),
        gives_away=float(sale.sold_units * case.surplus.price * percent / 100.0),
    )


def _bundled(case: Case, units: int, percent: float, partner: Partner) -> Way:
    together = min(partner.together_per_day, float(case.surplus.units_per_day))
    way = _way(BUNDLE, case, lambda one: gains.bundled(one, units, percent, together_per_day=together), percent=percent)
    return replace(way, takes_days=float(gains.bundle(case, units, percent, together_per_day=together).takes_days))
