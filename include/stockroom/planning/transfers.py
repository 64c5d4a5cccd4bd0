"""Before buying: move what lies too much elsewhere, where that is in time and saves more than it costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import PlanningError
from stockroom.planning.joint_orders import expected_shortage
from stockroom.planning.order_quantity import DAYS_OF_YEAR


@dataclass(frozen=True)
class Way:
    """How goods go from one location to another."""

    from_location: str
    to_location: str
    days: float
    order_cost: float
    unit_cost: float


@dataclass(frozen=True)
class Stock:
    """One SKU at one location, as it was decided; money in the store's currency."""

    sku: str
    location_id: str
    order_units: int
    available_units: int
    position_units: int
    reorder_point_units: int
    order_up_to_units: int
    units_per_day: float
    lead_time_days: float
    demand_sd_units: float
    unit_cost: float
    carrying_rate: float
    loss_per_unit: float
    pack_units: int = 1
    minimum_order_units: int = 1

    @property
    def spare_units(self) -> int:
        """Return what lies there beyond the order-up-to level, and can be sent."""
        return max(min(self.available_units, self.position_units - self.order_up_to_units), 0)


@dataclass(frozen=True)
class Move:
    """Units of one SKU that are moved instead of bought."""

    sku: str
    units: int
    way: Way
    spare_units: int
    """What the giver has too much."""
    saves: float
    unit_cost: float
    instead_of_days: float

    @property
    def costs(self) -> float:
        """Return what moving these units costs, the order's own cost apart."""
        return self.units * self.way.unit_cost

    @property
    def reason(self) -> str:
        """Return why it is moved, for a person."""
        return (
            f"{self.units:,} units from {self.way.from_location}, which has {self.spare_units:,} beyond its "
            f"order-up-to level: there in {self.way.days:.0f} days instead of {self.instead_of_days:.0f}; moving "
            f"them costs {self.costs:,.2f} and saves {self.saves:,.2f}."
        )


def find_moves(stocks: Iterable[Stock], ways: Sequence[Way]) -> list[Move]:
    """Return what is moved, by way and SKU; no unit twice, none that its giver needs.

    A move saves the carrying of what lies too much, and the sales that are lost while a supplier takes longer than the
    way. It is made where it arrives no later than what would be bought, and where all moves of one way together save
    more than they and the order cost.
    """
    at: dict[str, dict[str, Stock]] = {}
    for stock in stocks:
        at.setdefault(stock.sku, {})[stock.location_id] = stock
    missing = {(sku, place): stock.order_units for sku, places in at.items() for place, stock in places.items()}
    spare = {(sku, place): stock.spare_units for sku, places in at.items() for place, stock in places.items()}
    made = []
    for way in sorted(ways, key=lambda one: (one.unit_cost, one.days, one.from_location, one.to_location)):
        moves = []
        for sku in sorted(at):
            giver, taker = at[sku].get(way.from_location), at[sku].get(way.to_location)
            if giver is None or taker is None or way.days > taker.lead_time_days:
                continue
            units = _worth_moving(taker, missing[sku, way.to_location], spare[sku, way.from_location])
            if units <= 0:
                continue
            saves = _saves(giver, taker, units, way.days)
            if saves > units * way.unit_cost:
                moves.append(
                    Move(sku, units, way, giver.spare_units, saves, taker.unit_cost, taker.lead_time_days)
                )  # fmt: skip
        if sum(one.saves - one.costs for one in moves) > way.order_cost:
            for one in moves:
                missing[one.sku, way.to_location] -= one.units
                spare[one.sku, way.from_location] -= one.units
            made += moves
    return made


def _worth_moving(taker: Stock, missing_units: int, spare_units: int) -> int:
    """Return how many of the missing units to move; what a smallest lot would bring all the same is left out."""
    units = min(missing_units, spare_units)
    bought = left_to_buy(
        missing_units, units, pack_units=taker.pack_units, minimum_order_units=taker.minimum_order_units
    )
    # Up to a pack is rounding; beyond it the supplier's minimum decides, and moved units would come on top of it.
    return units if units + bought - missing_units < taker.pack_units else missing_units - bought


def left_to_buy(order_units: int, moved_units: int, *, pack_units: int, minimum_order_units: int) -> int:
    """Return what is still bought once so many come from elsewhere, in packs over the minimum.

    >>> [left_to_buy(60, moved, pack_units=12, minimum_order_units=24) for moved in (0, 20, 50, 60)]
    [60, 48, 24, 0]
    """
    left = order_units - moved_units
    if moved_units == 0 or left <= 0:
        return max(left, 0)
    return -(-max(left, minimum_order_units) // pack_units) * pack_units


def read_way(from_location: str, words: str) -> Way:
    """Return a way as buyers write it.

    >>> read_way("LONDON", "ROTTERDAM; 3 days; 25.00 an order; 0.20 a unit")
    Way(from_location='LONDON', to_location='ROTTERDAM', days=3.0, order_cost=25.0, unit_cost=0.2)

    Raises:
        PlanningError: other words.
    """
    parts = [part.strip() for part in words.split(";")]
    try:
        to_location, days, order_cost, unit_cost = parts
        numbers = [float(part.split()[0]) for part in (days, order_cost, unit_cost)]
    except (ValueError, IndexError):
        raise PlanningError(f"{words!r} is no way; write ROTTERDAM; 3 days; 25.00 an order; 0.20 a unit") from None
    if not to_location or not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise PlanningError(f"{words!r} is no way; days and costs are 0 or more")
    return Way(from_location.upper(), to_location.upper(), *numbers)


def moved_to(moves: Iterable[Move]) -> Mapping[tuple[str, str], list[Move]]:
    """Return moves by SKU and the location that gets them."""
    found: dict[tuple[str, str], list[Move]] = {}
    for one in moves:
        found.setdefault((one.sku, one.way.to_location), []).append(one)
    return found


def _saves(giver: Stock, taker: Stock, units: int, days: float) -> float:
    """Return what moving instead of buying saves: carrying there, and sales here until a supplier would be."""
    rate = giver.units_per_day
    lies_days = (giver.position_units - giver.reorder_point_units) / rate if rate > 0 else DAYS_OF_YEAR
    holding = units * giver.unit_cost * giver.carrying_rate * min(lies_days, DAYS_OF_YEAR) / DAYS_OF_YEAR
    lead = max(taker.lead_time_days, 0.5)
    reach = np.array([lead, max(days, 0.0)])
    short = expected_shortage(
        taker.units_per_day * reach,
        taker.demand_sd_units * np.sqrt(reach / lead),
        np.full(2, float(taker.position_units)),
    )
    return float(holding + taker.loss_per_unit * max(short[0] - short[1], 0.0))
