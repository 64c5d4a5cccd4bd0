"""What selling too much stock at a price leaves, in money: the ruler by which ways out of it are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray
from stockroom.planning.sentences import days

Number = float | FloatArray
"""One, or one in each of several worlds."""

ASSUMED_SALVAGE_SHARE = 0.10
"""Of unit cost: what a clearance buyer is thought to pay. The reason says so."""
DEEPEST_MARKDOWN_PERCENT = 50.0
"""No recommendation goes under half price, nor under cost."""
HORIZON_DAYS = 730.0
"""What has not sold two years from now is reckoned at salvage: nobody plans on a sale in the next decade."""
MARKDOWN_STEP_PERCENT = 5.0
DAYS_OF_YEAR = 365.0
STOP_BUYING, MARK_DOWN, RETURN, CLEAR_OUT = (
    "stop buying",
    "mark down",
    "return to supplier",
    "clear out or write off",
)


@dataclass(frozen=True, eq=False)
class Surplus:
    """The units of one item that are here and too many, at least one, and all that decides how they can leave."""

    units: Number
    units_per_day: Number
    """At today's price; for what never sold the most that can be thought, see ``never_sold_in_days``."""
    price: float
    unit_cost: float
    carrying_rate: float
    """What holding stock costs a year, as a share of its cost."""
    elasticity: Number
    """Percent more units for one percent less price."""
    never_sold_in_days: float = 0.0
    """Above 0: nothing was sold in so many days in stock, and ``units_per_day`` is one unit in that time."""

    @property
    def salvage(self) -> float:
        """Return what one unit brings when it is cleared out."""
        return ASSUMED_SALVAGE_SHARE * self.unit_cost

    @property
    def cleared(self) -> float:
        """Return what all units bring when they are cleared out today."""
        return float(self.units) * self.salvage

    @property
    def deepest_percent(self) -> float:
        """Return the deepest markdown that may be recommended; 0 where less price would not bring more money."""
        return 0.0 if self.elasticity <= 1.0 else self.floor_percent

    @property
    def floor_percent(self) -> float:
        """Return the deepest discount that neither goes under cost nor under half price."""
        if self.price <= self.unit_cost:
            return 0.0
        return min(DEEPEST_MARKDOWN_PERCENT, _steps(1.0 - self.unit_cost / self.price))


@dataclass(frozen=True, eq=False)
class Sale:
    """What selling a surplus at one price comes to within ``HORIZON_DAYS``."""

    takes_days: Number
    """To sell all; may be beyond the horizon, infinite where nothing sells."""
    sold_units: Number
    brings: Number
    """Sales, and salvage for what is left, less carrying; below 0 when carrying eats it all."""


def sell(surplus: Surplus, markdown_percent: float) -> Sale:
    """Return what selling at a markdown comes to; the rest is carried to the horizon and then cleared.

    At half price two a day become eight: 80 units go in 10 days for 2.50 each. Carrying 40 of them, on average, for
    10 days at 2.00 and 25 % a year costs 0.55:

    >>> sale = sell(Surplus(80, 2.0, price=5.0, unit_cost=2.0, carrying_rate=0.25, elasticity=2.0), 50.0)
    >>> float(sale.takes_days), round(float(sale.brings), 2)
    (10.0, 199.45)
    """
    share = 1.0 - markdown_percent / 100.0
    rate = surplus.units_per_day * share**-surplus.elasticity
    return sell_at(surplus, rate, surplus.price * share)


def sell_at(
    surplus: Surplus,
    units_per_day: Number,
    revenue_per_unit: Number,
    *,
    horizon_days: Number = HORIZON_DAYS,
) -> Sale:
    """Return what selling comes to at a rate and a revenue that are given; the rest waits, and is then cleared."""
    with np.errstate(divide="ignore"):
        takes = np.divide(surplus.units, units_per_day)
    sold = np.minimum(surplus.units, units_per_day * horizon_days)
    left = surplus.units - sold
    held_years = np.minimum(takes, horizon_days) / DAYS_OF_YEAR
    carrying = (left + sold / 2.0) * surplus.unit_cost * surplus.carrying_rate * held_years
    return Sale(takes_days=takes, sold_units=sold, brings=sold * revenue_per_unit + left * surplus.salvage - carrying)


def _steps(share: float) -> float:
    """Return the whole ``MARKDOWN_STEP_PERCENT`` inside a share of the price, towards the lower side.

    >>> _steps(0.48), _steps(-0.48)
    (45.0, -50.0)
    """
    return math.floor(round(100.0 * share / MARKDOWN_STEP_PERCENT, 9)) * MARKDOWN_STEP_PERCENT


def return_pays(surplus: Surplus, own_best: float) -> str:
    """Return from which credit on a return is better than the best way of our own."""
    return f"A return is better if the supplier credits more than {max(own_best, 0.0) / surplus.units:,.2f} a unit."


def for_long(number_of_days: float) -> str:
    """Return a time as a person says it: days up to the horizon, then years; nobody plans for decades.

    >>> for_long(42.3), for_long(803), for_long(28_143.0), for_long(math.inf)
    ('42 days', '2.2 years', 'more than 10 years', 'for ever')
    """
    if math.isinf(number_of_days):
        return "for ever"
    years = number_of_days / DAYS_OF_YEAR
    if number_of_days <= HORIZON_DAYS:
        return days(number_of_days)
    return f"{years:.1f} years" if years <= 10 else "more than 10 years"
