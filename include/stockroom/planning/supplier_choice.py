"""From whom to buy what several suppliers offer: landed cost and the cost of lead-time risk, with the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockroom.planning.arrays import PlanningError
from stockroom.planning.order_quantity import DAYS_OF_YEAR

SAFETY_Z = 1.645
"""Risk is what safety stock for 95 % of the cycles costs."""
WORTH_A_SWITCH = 0.02
"""The usual supplier stays unless another saves this share of the year's cost: prices that differ by nothing in
particular must not send each order elsewhere."""
ASSUMED_SPREAD = 0.3
"""Standard deviation of a lead time of which too little is known, as a share of its mean."""
_ENOUGH_SHIPMENTS = 3
_QUOTE_WORTH = 2.0
"""A quoted lead time weighs as much as so many shipments."""


@dataclass(frozen=True)
class Offer:
    """One supplier's offer of an item."""

    supplier: str
    landed_unit_cost: float
    """Price with duty, freight and handling."""
    least_units: int
    shipments: int
    shipment_days: float
    """Mean of the shipments that arrived; any number where there are none."""
    shipment_sd_days: float
    quoted_days: float | None
    out_days: float = 0.0
    """Days until the supplier has it again."""
    units_lately: int = 0
    """What was ordered of it there lately."""
    is_usual: bool = False

    @property
    def lead_time_days(self) -> float:
        """Return the mean lead time, the quote as good as two shipments."""
        if self.quoted_days is None:
            return self.shipment_days if self.shipments else 14.0
        weight = self.shipments + _QUOTE_WORTH
        return (self.shipments * self.shipment_days + _QUOTE_WORTH * self.quoted_days) / weight

    @property
    def lead_time_sd_days(self) -> float:
        """Return its standard deviation; an assumed one where too few have arrived."""
        if self.shipments >= _ENOUGH_SHIPMENTS:
            return self.shipment_sd_days
        return ASSUMED_SPREAD * self.lead_time_days


@dataclass(frozen=True)
class Need:
    """What is needed of the item."""

    units_per_day: float
    demand_variance: float
    position_units: int
    carrying_rate: float


@dataclass(frozen=True)
class Choice:
    """From whom it is bought, and why."""

    supplier: str
    reason: str


def yearly_cost(offer: Offer, need: Need) -> float:
    """Return what a year of buying there costs: the goods, and holding safety stock and half a smallest lot.

    ``D v + h v (z sqrt(L sd_d**2 + d**2 sd_L**2) + least / 2)`` (Chopra & Meindl, chapter 15: total cost of supply).

    Two a day at 5.00, nothing uncertain but ten days that take ±3: 3,650 and 25 % of 5.00 x 1.645 x 6:

    >>> offer = Offer("S01", 5.0, 0, 9, 10.0, 3.0, 10.0)
    >>> round(yearly_cost(offer, Need(2.0, 0.0, 0, 0.25)), 2)
    3662.34
    """
    rate, lead = need.units_per_day, offer.lead_time_days
    deviation = math.sqrt(lead * need.demand_variance + (rate * offer.lead_time_sd_days) ** 2)
    held = SAFETY_Z * deviation + 0.5 * offer.least_units
    return offer.landed_unit_cost * (rate * DAYS_OF_YEAR + need.carrying_rate * held)


def choose_supplier(offers: Sequence[Offer], need: Need, *, shares: Mapping[str, float] | None = None) -> Choice:
    """Return whose offer is taken.

    With ``shares`` the supplier whose part of what was ordered lately is furthest behind; else the one with the least
    yearly cost, the usual one if no other saves enough. A supplier who is out of it for longer than stock lasts gives
    way to the one who has it first.
    """
    offers = sorted(offers, key=lambda one: (not one.is_usual, one.supplier))
    usual = _by_share(offers, shares) if shares else _by_cost(offers, need)
    first = next(one for one in offers if one.supplier == usual.supplier)
    lasts = max(need.position_units, 0) / need.units_per_day if need.units_per_day > 0 else math.inf
    if first.out_days > 0 and lasts < first.out_days + first.lead_time_days:
        soonest = min(offers, key=lambda one: (one.out_days + one.lead_time_days, one.supplier))
        if soonest is not first:
            return Choice(
                soonest.supplier,
                f"{first.supplier} is out of it for {first.out_days:.0f} days and stock lasts {lasts:.0f}: "
                f"{soonest.supplier} needs {soonest.out_days + soonest.lead_time_days:.0f} days",
            )
    return usual


def read_shares(words: str) -> dict[str, float]:
    """Return each supplier's share of an item.

    >>> read_shares("S01 70; S02 30")
    {'S01': 0.7, 'S02': 0.3}

    Raises:
        PlanningError: other words, or shares that make no 100.
    """
    shares: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in words.split(";"))):
        supplier, _, percent = part.rpartition(" ")
        if not supplier or not percent.isascii() or not percent.isdigit():
            raise PlanningError(f"{part!r} is no share; write them like S01 70; S02 30")
        shares[supplier.strip()] = int(percent) / 100.0
    if not math.isclose(sum(shares.values()), 1.0):
        raise PlanningError(f"the shares in {words!r} do not make 100")
    return shares


def _by_cost(offers: Sequence[Offer], need: Need) -> Choice:
    costs = {one.supplier: yearly_cost(one, need) for one in offers}
    usual, best = offers[0], min(offers, key=lambda one: (costs[one.supplier], one.supplier))
    if costs[best.supplier] > (1.0 - WORTH_A_SWITCH) * costs[usual.supplier]:
        best = usual
    told = ", ".join(f"{one.supplier} {costs[one.supplier]:,.0f}" for one in offers if one is not best)
    return Choice(
        best.supplier,
        f"{best.supplier} at {best.landed_unit_cost:,.2f} landed and {best.lead_time_days:.0f} days "
        f"(±{best.lead_time_sd_days:.0f}) costs {costs[best.supplier]:,.0f} a year with its lead-time risk; {told}",
    )


def _by_share(offers: Sequence[Offer], shares: Mapping[str, float]) -> Choice:
    inside = [one for one in offers if one.supplier in shares]
    total = sum(one.units_lately for one in inside)

    def behind(one: Offer) -> float:
        return shares[one.supplier] - (one.units_lately / total if total else 0.0)

    taken = max(inside, key=behind)
    lately = taken.units_lately / total if total else 0.0
    return Choice(taken.supplier, f"{taken.supplier} has {lately:.0%} of its share of {shares[taken.supplier]:.0%}")
