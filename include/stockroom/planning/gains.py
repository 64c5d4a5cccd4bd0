"""What a way out of too much stock gains against doing nothing, and how surely.

Doing nothing: what is on order comes in, the price stays, nothing moves; what has not sold within two years goes for
salvage. A gain is the money that an action leaves beyond that, on average over ``WORLDS`` equally likely worlds in
which the item's rate of sale and its answer to price and promotion lie where their doubt lets them; its interval holds
80 of 100 of them. At the expected rate alone an action looks better than it is: what sells faster than thought needs no
discount, and what sells slower is not saved by one. Only what can be looked at again next week, an order or a
transfer, is reckoned at the expected rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import gammainc, gammaincinv, ndtri

from stockroom.planning.arrays import FloatArray
from stockroom.planning.causes import GREATEST_TIMES
from stockroom.planning.ways_out import DAYS_OF_YEAR, HORIZON_DAYS, Sale, Surplus, sell, sell_at

WORLDS = 10
_SHARES = np.arange(WORLDS + 1) / WORLDS
_MIDDLE = ndtri((_SHARES[1:] + _SHARES[:-1]) / 2.0)
_PRICES, _UPLIFTS = (_MIDDLE[np.arange(WORLDS) * step % WORLDS] for step in (3, 7))
"""Which standard score a world has: each of them once, in an order that has next to nothing to do with the rate's."""
LEAST_ELASTICITY = 0.1


@dataclass(frozen=True)
class Case:
    """The units of one item that are too many, and how surely its sales are known."""

    surplus: Surplus
    """Of every unit that is here and too many; its elasticity is known or assumed, never ``None``."""
    elasticity_sd: float
    uplift: float
    """Log of how many times as much is sold by being promoted at the usual price."""
    uplift_sd: float
    rate_cv: float
    """Standard deviation of the rate of sale over its mean."""

    def units(self, units: float) -> Surplus:
        """Return so many of them, alone."""
        return replace(self.surplus, units=units)

    def nothing(self, units: float) -> float:
        """Return what so many units bring at today's price."""
        return sell(self.units(units), 0.0).brings if units else 0.0

    @cached_property
    def worlds(self) -> tuple[Case, ...]:
        """Return what may be, all equally likely; on average the rate of sale is the expected one."""
        rates = self.surplus.units_per_day * _times_the_mean(self.rate_cv)
        bends = np.maximum(self.surplus.bend + _PRICES * self.elasticity_sd, LEAST_ELASTICITY)
        uplifts = np.maximum(self.uplift + _UPLIFTS * self.uplift_sd, 0.0)
        return tuple(
            replace(self, surplus=replace(self.surplus, units_per_day=rate, elasticity=bend), uplift=uplift)
            for rate, bend, uplift in zip(rates.tolist(), bends.tolist(), uplifts.tolist(), strict=True)
        )


def _times_the_mean(cv: float) -> FloatArray:
    """Return the means of a gamma distribution's ``WORLDS`` equally likely parts, over its own mean.

    >>> _times_the_mean(0.5)[[0, -1]].round(2), round(float(_times_the_mean(2.0).mean()), 9)
    (array([0.33, 2.04]), 1.0)
    """
    if cv == 0:
        return np.ones(WORLDS)
    shape = cv**-2.0
    # The mean of a part: the gamma distribution of one more holds its share of the whole mean.
    return np.asarray(np.diff(gammainc(shape + 1.0, gammaincinv(shape, _SHARES))) * WORLDS, dtype=np.float64)


@dataclass(frozen=True)
class Gain:
    """Money against doing nothing, and what 80 of 100 worlds hold; what comes lies outside more often (ADR 0034)."""

    expected: float
    low: float
    high: float


GainOf = Callable[[Case], float]


def gain_with_doubt(gain_of: GainOf, case: Case) -> Gain:
    """Return a gain with its interval.

    >>> case = Case(Surplus(100, 1.0, 5.0, 2.0, 0.25, 2.0), 0.0, 0.0, 0.0, rate_cv=0.5)
    >>> gain = gain_with_doubt(lambda one: 10.0 * one.surplus.units_per_day, case)
    >>> round(gain.low, 1), round(gain.expected, 1), round(gain.high, 1)
    (4.9, 10.0, 15.6)
    """
    return _with_interval(expected_gain(gain_of, case), gain_of, case)


def gain_at_expected_rate(gain_of: GainOf, case: Case) -> Gain:
    """Return a gain as it is at the expected rate, with its interval.

    Of what can be looked at again: a postponed order may still be cancelled, and units sent elsewhere still sell.
    """
    return _with_interval(gain_of(case), gain_of, case)


def expected_gain(gain_of: GainOf, case: Case) -> float:
    """Return a gain on average over all worlds."""
    return sum(gain_of(world) for world in case.worlds) / WORLDS


def _with_interval(expected: float, gain_of: GainOf, case: Case) -> Gain:
    low, high = np.quantile([gain_of(world) for world in case.worlds], (0.1, 0.9)).tolist()
    # One world in ten may weigh more than the others together; what is expected is a possible outcome all the same.
    return Gain(expected, min(low, expected), max(high, expected))


def not_taken_in(case: Case, units: float, *, here: float) -> float:
    """Return what cancelling an order of ``units`` gains: their cost, less what they would have brought after these."""
    return units * case.surplus.unit_cost - (case.nothing(here + units) - case.nothing(here))


def taken_in_later(case: Case, units: float, *, later_days: float) -> float:
    """Return what it saves to take units in later: carrying them meanwhile."""
    return units * case.surplus.unit_cost * case.surplus.carrying_rate * later_days / DAYS_OF_YEAR


def taken_away(case: Case, units: float, *, worth_elsewhere: float) -> float:
    """Return what it gains to have units elsewhere for ``worth_elsewhere`` in all, not to sell them here last."""
    here = case.surplus.units
    return worth_elsewhere - (case.nothing(here) - case.nothing(here - units))


def marked_down(case: Case, units: float, percent: float) -> float:
    """Return what it gains to sell units at a markdown until they are gone."""
    return sell(case.units(units), percent).brings - case.nothing(units)


def promote(case: Case, units: float, percent: float, *, promotion_days: float) -> Sale:
    """Return what units bring that are promoted for some days, and then go on at today's price.

    Both together have two years, as doing nothing. ``sold_units`` and ``takes_days`` are of the promotion itself:

    >>> case = Case(Surplus(4000, 5.0, 2.0, 1.0, 0.25, 0.001), 0.0, 0.0, 0.0, rate_cv=0.5)
    >>> round(promoted(case, 4000, 10.0, promotion_days=14))  # 70 units for 0.20 less each, and nobody comes for it
    -14
    """
    surplus, share = case.units(units), 1.0 - percent / 100.0
    times = math.exp(min(case.uplift - surplus.bend * math.log(share), math.log(GREATEST_TIMES)))
    rate = surplus.units_per_day * times
    sold = min(float(units), rate * promotion_days)
    took = sold / rate if rate > 0 else promotion_days
    left = units - sold
    carrying = (left + sold / 2.0) * surplus.unit_cost * surplus.carrying_rate * took / DAYS_OF_YEAR
    rest, then = replace(surplus, units=left), HORIZON_DAYS - took
    after = sell_at(rest, surplus.units_per_day, surplus.price, horizon_days=then).brings if left > 0 else 0.0
    return Sale(percent, took, sold, sold * surplus.price * share - carrying + after)


def promoted(case: Case, units: float, percent: float, *, promotion_days: float) -> float:
    """Return what a promotion gains."""
    return promote(case, units, percent, promotion_days=promotion_days).brings - case.nothing(units)


def bundle(case: Case, units: float, percent: float, *, together_per_day: float) -> Sale:
    """Return what units bring that are offered for less to whoever buys a partner, and at today's price else.

    Of those who buy both today, ``together_per_day``, there are more as the price together falls, as of any promotion.
    Only they get the discount.
    """
    surplus, share = case.units(units), 1.0 - percent / 100.0
    times = math.exp(min(case.uplift - surplus.bend * math.log(share), math.log(GREATEST_TIMES)))
    in_bundles = together_per_day * times
    rate = surplus.units_per_day + in_bundles - together_per_day
    discounted = min(in_bundles / rate, 1.0) if rate > 0 else 0.0
    return sell_at(surplus, rate, surplus.price * (1.0 - discounted * (1.0 - share)), markdown_percent=percent)


def bundled(case: Case, units: float, percent: float, *, together_per_day: float) -> float:
    """Return what a bundle gains."""
    return bundle(case, units, percent, together_per_day=together_per_day).brings - case.nothing(units)


def given_up(case: Case, units: float, *, brings: float) -> float:
    """Return what it gains to part with units today for ``brings`` in all: salvage, or nothing but the room."""
    return brings - case.nothing(units)
