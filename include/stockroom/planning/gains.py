"""What a way out of too much stock gains against doing nothing, and how surely.

Doing nothing: what is on order comes in, the price stays, nothing moves; what has not sold within two years goes for
salvage. A gain is the money that an action leaves beyond that, on average over ``WORLDS`` equally likely worlds; its
range holds 80 of 100 of them. Worlds differ in how fast the item sells, by the doubt about its rate and by chance, and
in its answer to price and promotion. At the expected rate alone an action looks better than it is: what sells faster
than thought needs no discount, and what sells slower is not saved by one. Only what can be looked at again next week,
an order or a transfer, is expected to gain what it does at the expected rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import gammainc, gammaincinv, ndtri

from stockroom.planning.arrays import FloatArray
from stockroom.planning.causes import GREATEST_TIMES
from stockroom.planning.ways_out import DAYS_OF_YEAR, HORIZON_DAYS, Number, Sale, Surplus, sell, sell_at

WORLDS = 50
_SHARES = np.arange(WORLDS + 1) / WORLDS
_PRICES, _PROMOTIONS = (np.arange(WORLDS) * step % WORLDS for step in (11, 31))
"""Which of its parts a world has: each of them once, in an order that has next to nothing to do with the rate's."""
_SCORES = ndtri((_SHARES[1:] + _SHARES[:-1]) / 2.0)[_PROMOTIONS]
LEAST_CV = 1e-3
"""What is known better than that is known."""


@dataclass(frozen=True, eq=False)
class Case:
    """The units of one item that are too many, and how surely its sales are known."""

    surplus: Surplus
    """Of every unit that is here and too many."""
    elasticity_cv: float
    uplift: Number
    """Log of how many times as much is sold by being promoted at the usual price."""
    uplift_sd: float
    rate_cv: float
    """Standard deviation, over its mean, of what sells a day until the units are gone."""

    def units(self, units: Number) -> Surplus:
        """Return so many of them, alone."""
        return replace(self.surplus, units=units)

    def nothing(self, units: Number) -> Number:
        """Return what so many units bring at today's price."""
        return sell(self.units(units), 0.0).brings if units else 0.0

    @cached_property
    def worlds(self) -> Case:
        """Return what may be, ``WORLDS`` numbers for one; on average the rate of sale is the expected one."""
        surplus = replace(
            self.surplus,
            units_per_day=self.surplus.units_per_day * _times_the_mean(self.rate_cv),
            elasticity=self.surplus.elasticity * _times_the_mean(self.elasticity_cv)[_PRICES],
        )
        return replace(self, surplus=surplus, uplift=np.maximum(self.uplift + _SCORES * self.uplift_sd, 0.0))


def _times_the_mean(cv: float) -> FloatArray:
    """Return the means of a gamma distribution's ``WORLDS`` equally likely parts, over its own mean.

    >>> _times_the_mean(0.5)[[0, -1]].round(2), round(float(_times_the_mean(2.0).mean()), 9)
    (array([0.2 , 2.61]), 1.0)
    """
    if cv < LEAST_CV:
        return np.ones(WORLDS)
    shape = cv**-2.0
    # The mean of a part: the gamma distribution of one more holds its share of the whole mean.
    return np.asarray(np.diff(gammainc(shape + 1.0, gammaincinv(shape, _SHARES))) * WORLDS, dtype=np.float64)


@dataclass(frozen=True)
class Gain:
    """Money against doing nothing, and the range that 80 of 100 worlds lie in (ADR 0034)."""

    expected: float
    low: float
    high: float


GainOf = Callable[[Case], Number]
"""Money in each world of a case."""


def gain_with_doubt(gain_of: GainOf, case: Case) -> Gain:
    """Return a gain with its range.

    >>> case = Case(Surplus(100, 1.0, 5.0, 2.0, 0.25, 2.0), 0.0, 0.0, 0.0, rate_cv=0.5)
    >>> gain = gain_with_doubt(lambda one: 10.0 * one.surplus.units_per_day, case)
    >>> round(gain.low, 1), round(gain.expected, 1), round(gain.high, 1)
    (4.5, 10.0, 16.4)
    """
    return _with_range(expected_gain(gain_of, case), gain_of, case)


def gain_at_expected_rate(gain_of: GainOf, case: Case) -> Gain:
    """Return a gain as it is at the expected rate, with its range.

    Of what can be looked at again: a postponed order may still be cancelled, and units sent elsewhere still sell.
    """
    return _with_range(float(gain_of(case)), gain_of, case)


def expected_gain(gain_of: GainOf, case: Case) -> float:
    """Return a gain on average over all worlds."""
    return float(np.mean(gain_of(case.worlds)))


def _with_range(expected: float, gain_of: GainOf, case: Case) -> Gain:
    low, high = np.quantile(gain_of(case.worlds), (0.1, 0.9)).tolist()
    # One world in ten may weigh more than the others together; what is expected is a possible outcome all the same.
    return Gain(expected, min(low, expected), max(high, expected))


def not_taken_in(case: Case, units: float, *, here: Number) -> Number:
    """Return what cancelling an order of ``units`` gains: their cost, less what they would have brought after these."""
    return units * case.surplus.unit_cost - (case.nothing(here + units) - case.nothing(here))


def taken_in_later(case: Case, units: float, *, others: float, due_in_days: float, later_days: float) -> Number:
    """Return what it saves to take units in later: carrying them, for as long as the ``others`` last meanwhile.

    What nobody finds then is sold later; where it cannot be any more within two years, it is lost.

    50 for 2.00 at 25 % a year, 73 days later, while 100 others last 100 days; then at 2 a day, so that they last 50:

    >>> for rate in (1.0, 2.0):
    ...     case = Case(Surplus(50, rate, 5.0, 2.0, 0.25, 2.0), 0.0, 0.0, 0.0, rate_cv=0.5)
    ...     round(float(taken_in_later(case, 50, others=100, due_in_days=20, later_days=73)), 2)
    5.0
    2.05
    """
    surplus = case.surplus
    with np.errstate(divide="ignore"):
        carried = np.clip(np.divide(others, surplus.units_per_day) - due_in_days, 0.0, later_days)
    without = HORIZON_DAYS - (later_days - carried)
    sold, sold_later = (
        np.clip(surplus.units_per_day * days_open - others, 0.0, units) for days_open in (HORIZON_DAYS, without)
    )
    saved = units * surplus.unit_cost * surplus.carrying_rate * carried / DAYS_OF_YEAR
    gained: Number = saved - (sold - sold_later) * (surplus.price - surplus.salvage)
    return gained


def taken_away(case: Case, units: float, *, worth_elsewhere: float) -> Number:
    """Return what it gains to have units elsewhere for ``worth_elsewhere`` in all, not to sell them here last."""
    here = case.surplus.units
    return worth_elsewhere - (case.nothing(here) - case.nothing(here - units))


def marked_down(case: Case, units: float, percent: float) -> Number:
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
    rate = surplus.units_per_day * _times_as_many(case, share)
    with np.errstate(divide="ignore"):
        took = np.minimum(np.divide(units, rate), promotion_days)
    sold = np.minimum(units, rate * promotion_days)
    left = units - sold
    carrying = (left + sold / 2.0) * surplus.unit_cost * surplus.carrying_rate * took / DAYS_OF_YEAR
    after = sell_at(
        replace(surplus, units=left), surplus.units_per_day, surplus.price, horizon_days=HORIZON_DAYS - took
    )
    return Sale(took, sold, sold * surplus.price * share - carrying + after.brings)


def _times_as_many(case: Case, share_of_price: float) -> Number:
    """Return how many times as much sells of what is announced at a share of its price."""
    response = case.uplift - case.surplus.elasticity * np.log(share_of_price)
    times: Number = np.exp(np.minimum(response, np.log(GREATEST_TIMES)))
    return times


def promoted(case: Case, units: float, percent: float, *, promotion_days: float) -> Number:
    """Return what a promotion gains."""
    return promote(case, units, percent, promotion_days=promotion_days).brings - case.nothing(units)


def bundle(case: Case, units: float, percent: float, *, together_per_day: float) -> Sale:
    """Return what units bring that are offered for less to whoever buys a partner, and at today's price else.

    Of those who buy both today, ``together_per_day``, there are more as the price together falls, as of any promotion.
    Only they get the discount.
    """
    surplus, share = case.units(units), 1.0 - percent / 100.0
    in_bundles = together_per_day * _times_as_many(case, share)
    rate = surplus.units_per_day + in_bundles - together_per_day
    discounted = np.minimum(in_bundles / rate, 1.0)
    return sell_at(surplus, rate, surplus.price * (1.0 - discounted * (1.0 - share)))


def bundled(case: Case, units: float, percent: float, *, together_per_day: float) -> Number:
    """Return what a bundle gains."""
    return bundle(case, units, percent, together_per_day=together_per_day).brings - case.nothing(units)


def given_up(case: Case, units: float, *, brings: float) -> Number:
    """Return what it gains to part with units today for ``brings`` in all: salvage, or nothing but the room."""
    return brings - case.nothing(units)
