"""The ways out of too much stock, compared by the money that each leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stockroom.planning.price_response import ASSUMED_ELASTICITY
from stockroom.planning.sentences import days

ASSUMED_SALVAGE_SHARE = 0.10
"""Of unit cost: what a clearance buyer is thought to pay. The reason says so."""
DEEPEST_MARKDOWN_PERCENT = 50.0
"""No recommendation goes under half price, nor under cost."""
HORIZON_DAYS = 730.0
"""What has not sold two years from now is reckoned at salvage: nobody plans on a sale in the next decade."""
CLEARANCE_DAYS = (30.0, 60.0, 90.0, 180.0, 365.0, HORIZON_DAYS)
MARKDOWN_STEP_PERCENT = 5.0
PROMOTION_PERCENT = 20.0
"""A discount so small is better given in promotions, or in a bundle with what sells: the price tag stays."""
DAYS_OF_YEAR = 365.0
STOP_BUYING, PROMOTE, MARK_DOWN, RETURN, CLEAR_OUT = (
    "stop buying",
    "promote or bundle",
    "mark down",
    "return to supplier",
    "clear out or write off",
)


@dataclass(frozen=True)
class Surplus:
    """The units of one item that are here and too many, at least one, and all that decides how they can leave."""

    units: float
    units_per_day: float
    """At today's price; for what never sold the most that can be thought, see ``never_sold_in_days``."""
    price: float
    unit_cost: float
    carrying_rate: float
    """What holding stock costs a year, as a share of its cost."""
    elasticity: float | None
    """``None``: not known."""
    never_sold_in_days: float = 0.0
    """Above 0: nothing was sold in so many days in stock, and ``units_per_day`` is one unit in that time."""

    @property
    def bend(self) -> float:
        """Return the price elasticity, known or assumed."""
        return ASSUMED_ELASTICITY if self.elasticity is None else self.elasticity

    @property
    def salvage(self) -> float:
        """Return what one unit brings when it is cleared out."""
        return ASSUMED_SALVAGE_SHARE * self.unit_cost

    @property
    def cleared(self) -> float:
        """Return what all units bring when they are cleared out today."""
        return self.units * self.salvage

    @property
    def deepest_percent(self) -> float:
        """Return the deepest markdown that may be recommended; 0 where less price would not bring more money."""
        return 0.0 if self.bend <= 1.0 else self.floor_percent

    @property
    def floor_percent(self) -> float:
        """Return the deepest discount that neither goes under cost nor under half price."""
        if self.price <= self.unit_cost:
            return 0.0
        return min(DEEPEST_MARKDOWN_PERCENT, _steps(1.0 - self.unit_cost / self.price))


@dataclass(frozen=True)
class Sale:
    """What selling a surplus at one price comes to within ``HORIZON_DAYS``."""

    markdown_percent: float
    takes_days: float
    """To sell all; may be beyond the horizon, infinite where nothing sells."""
    sold_units: float
    brings: float
    """Sales, and salvage for what is left, less carrying; below 0 when carrying eats it all."""


@dataclass(frozen=True)
class WayOut:
    """What is recommended, and why in money."""

    action: str
    markdown_percent: float
    """0 unless the action is to mark down or to promote."""
    reason: str
    """A sentence that begins after the number of units: ``at 15 % off …``."""


def way_out(surplus: Surplus) -> WayOut:
    """Return the way that leaves the most money: sell on, promote, mark down or clear out.

    What a supplier would credit is not known, so a return is only recommended where a markdown is not possible, and
    the reason states the credit from which it is better.
    """
    waiting = sell(surplus, 0.0)
    best = max(_sales_worth_a_try(surplus, waiting), key=lambda sale: sale.brings)
    if surplus.cleared >= best.brings:
        return WayOut(CLEAR_OUT, 0.0, _why_clear_out(surplus, waiting))
    if best.markdown_percent > 0:
        action = PROMOTE if best.markdown_percent <= PROMOTION_PERCENT else MARK_DOWN
        return WayOut(action, best.markdown_percent, _why_mark_down(surplus, waiting, best))
    if surplus.price <= surplus.unit_cost:
        # Less price is no way out here, and each unit sold is sold at a loss: a supplier's credit is worth asking for.
        return WayOut(RETURN, 0.0, _why_return(surplus, waiting))
    return WayOut(STOP_BUYING, 0.0, _why_wait(surplus, waiting))


def clearance_price(
    *, price: float, units_per_day: float, clear_days: float, units: float, elasticity: float, floor: float
) -> float:
    """Return the price, between ``floor`` and today's, at which ``units`` sell in ``clear_days``.

    ``p* = min(p0, max(p0 (rate T / I)**(1 / elasticity), floor))``. Constant elasticity; the cost is sunk, so the
    floor is a choice.

    A quarter of 100 would sell in 25 days at today's price:

    >>> clearance_price(price=10.0, units_per_day=1.0, clear_days=25.0, units=100.0, elasticity=2.0, floor=4.0)
    5.0
    """
    clearing = price * float((units_per_day * clear_days / units) ** (1.0 / elasticity))
    return min(price, max(clearing, floor))


def sell(surplus: Surplus, markdown_percent: float) -> Sale:
    """Return what selling at a markdown comes to; the rest is carried to the horizon and then cleared.

    At half price two a day become eight: 80 units go in 10 days for 2.50 each. Carrying 40 of them, on average, for
    10 days at 2.00 and 25 % a year costs 0.55:

    >>> sale = sell(Surplus(80, 2.0, price=5.0, unit_cost=2.0, carrying_rate=0.25, elasticity=2.0), 50.0)
    >>> sale.takes_days, round(sale.brings, 2)
    (10.0, 199.45)
    """
    share = 1.0 - markdown_percent / 100.0
    rate = surplus.units_per_day * share**-surplus.bend
    return sell_at(surplus, rate, surplus.price * share, markdown_percent=markdown_percent)


def sell_at(
    surplus: Surplus,
    units_per_day: float,
    revenue_per_unit: float,
    *,
    markdown_percent: float = 0.0,
    horizon_days: float = HORIZON_DAYS,
) -> Sale:
    """Return what selling comes to at a rate and a revenue that are given; the rest waits, and is then cleared."""
    takes = surplus.units / units_per_day if units_per_day > 0 else math.inf
    sold = min(float(surplus.units), units_per_day * horizon_days)
    left = surplus.units - sold
    held_years = min(takes, horizon_days) / DAYS_OF_YEAR
    carrying = (left + sold / 2.0) * surplus.unit_cost * surplus.carrying_rate * held_years
    return Sale(
        markdown_percent=markdown_percent,
        takes_days=takes,
        sold_units=sold,
        brings=sold * revenue_per_unit + left * surplus.salvage - carrying,
    )


def _sales_worth_a_try(surplus: Surplus, waiting: Sale) -> list[Sale]:
    """Return waiting, and a sale at each price that clears the surplus in one of ``CLEARANCE_DAYS``.

    What never sold is not waited for at a price that nobody paid: only the deepest markdown is worth a try.
    """
    if surplus.deepest_percent == 0:
        return [waiting]
    if surplus.never_sold_in_days:
        return [sell(surplus, surplus.deepest_percent)]
    lowest = surplus.price * (1.0 - surplus.deepest_percent / 100.0)
    floor = max(lowest, surplus.salvage * surplus.bend / (surplus.bend - 1.0))
    prices = (
        clearance_price(
            price=surplus.price,
            units_per_day=surplus.units_per_day,
            clear_days=clear_days,
            units=surplus.units,
            elasticity=surplus.bend,
            floor=floor,
        )
        for clear_days in CLEARANCE_DAYS
    )
    markdowns = {min(-_steps(price / surplus.price - 1.0), surplus.deepest_percent) for price in prices}
    return [waiting, *(sell(surplus, percent) for percent in sorted(markdowns - {0.0}))]


def _steps(share: float) -> float:
    """Return the whole ``MARKDOWN_STEP_PERCENT`` inside a share of the price, towards the lower side.

    >>> _steps(0.48), _steps(-0.48)
    (45.0, -50.0)
    """
    return math.floor(round(100.0 * share / MARKDOWN_STEP_PERCENT, 9)) * MARKDOWN_STEP_PERCENT


def _why_clear_out(surplus: Surplus, waiting: Sale) -> str:
    deepest = sell(surplus, surplus.deepest_percent)
    at_best = f", {_at(deepest)} {_leaves(deepest)}" if surplus.deepest_percent else ""
    return (
        f"clear them at salvage or write them off: {_never_sold(surplus)}they would still last "
        f"{for_long(deepest.takes_days)} {_at(deepest)}. Clearing leaves {surplus.cleared:,.2f} (assuming "
        f"{100 * ASSUMED_SALVAGE_SHARE:.0f} % of cost); two more years at today's price {_leaves(waiting)}"
        f"{at_best}, after carrying. {return_pays(surplus, surplus.cleared)}"
    )


def _why_mark_down(surplus: Surplus, waiting: Sale, best: Sale) -> str:
    else_they = f"they last {for_long(waiting.takes_days)}, which {_leaves(waiting)}"
    if surplus.never_sold_in_days:
        else_they = "none may sell"
    return (
        f"{_never_sold(surplus)}{_at(best)} they last {for_long(best.takes_days)}, which {_leaves(best)} after "
        f"carrying; at today's price {else_they}; cleared at salvage {surplus.cleared:,.2f}; "
        f"{_price_response(surplus)}.{_left_over(surplus, best)}"
    )


def _why_return(surplus: Surplus, waiting: Sale) -> str:
    return (
        f"the price is not above cost, so there is nothing to mark down. {return_pays(surplus, waiting.brings)} "
        f"Else they last {for_long(waiting.takes_days)}, which {_leaves(waiting)} after carrying; cleared at salvage "
        f"{surplus.cleared:,.2f}.{_left_over(surplus, waiting)}"
    )


def _why_wait(surplus: Surplus, waiting: Sale) -> str:
    markdown = "any markdown leaves less" if surplus.bend > 1 else f"a markdown leaves less, {_price_response(surplus)}"
    return (
        f"let them sell down and order no more. They last {for_long(waiting.takes_days)}, which {_leaves(waiting)} "
        f"after carrying; {markdown}; cleared at salvage {surplus.cleared:,.2f}.{_left_over(surplus, waiting)}"
    )


def _left_over(surplus: Surplus, sale: Sale) -> str:
    """Return what to do with what the best sale does not sell in time; empty where it sells all."""
    left = math.floor(surplus.units - sale.sold_units)
    if left == 0:
        return ""
    more = for_long(sale.takes_days - HORIZON_DAYS)
    return f" In two years {left:,} are left and last {more} more: clear those at salvage or write them off."


def _never_sold(surplus: Surplus) -> str:
    if surplus.never_sold_in_days == 0:
        return ""
    return f"nothing was sold in {days(surplus.never_sold_in_days)} in stock, and even at one unit in that time, "


def _price_response(surplus: Surplus) -> str:
    response = f"1 % less price sells {surplus.bend:g} % more"
    return f"assuming that {response}" if surplus.elasticity is None else f"as {response}"


def return_pays(surplus: Surplus, own_best: float) -> str:
    """Return from which credit on a return is better than the best way of our own."""
    return f"A return is better if the supplier credits more than {max(own_best, 0.0) / surplus.units:,.2f} a unit."


def _at(sale: Sale) -> str:
    if sale.markdown_percent == 0:
        return "at today's price"
    return "at half price" if sale.markdown_percent == 50 else f"at {sale.markdown_percent:.0f} % off"


def _leaves(sale: Sale) -> str:
    return f"leaves {sale.brings:,.2f}" if sale.brings >= 0 else f"loses {-sale.brings:,.2f}"


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
