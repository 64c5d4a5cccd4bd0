"""What the overstock digest lists: actions, the items they are about, and how long those have lain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from stockroom.documents.formats import count

STILL_ON_ORDER = "still on order"
AGE_BANDS = (
    (30, "0\N{EN DASH}30 days"),
    (90, "31\N{EN DASH}90 days"),
    (180, "91\N{EN DASH}180 days"),
    (365, "181\N{EN DASH}365 days"),
    (None, "over 365 days"),
)
"""Up to how many days, and its name: what a merchant's books write down by."""


@dataclass(frozen=True)
class ActionLine:
    """What to do with some units of one SKU at one location. Money in the digest's currency."""

    rank: int
    sku: str
    title: str
    location_id: str
    action: str
    units: int
    value_tied_up: Decimal
    monthly_carrying_cost: Decimal
    gain: Decimal
    gain_low: Decimal
    gain_high: Decimal
    reason: str
    assumes: str
    percent: Decimal = Decimal(0)
    to_location_id: str | None = None
    with_sku: str | None = None
    with_title: str | None = None
    po_numbers: Sequence[str] = ()
    gives_away: Decimal = Decimal(0)
    takes_days: float | None = None
    was_done: bool | None = None
    brought: Decimal | None = None

    @property
    def what(self) -> str:
        """Return the action with its units and its terms, for a heading."""
        units = f"{count(self.units)} unit{'' if self.units == 1 else 's'}"
        said = f"{self.action.capitalize()}: {units}"
        if self.percent:
            said += f" at {count(float(self.percent))}\N{NO-BREAK SPACE}% off"
        if self.to_location_id:
            said += f" to {self.to_location_id.capitalize()}"
        if self.with_sku:
            said += f" with {self.with_title or self.with_sku}"
        return said


@dataclass(frozen=True)
class ItemLine:
    """One SKU at one location that lasts longer than its target. Money in the digest's currency."""

    sku: str
    title: str
    location_id: str
    position_units: int
    on_order_units: int
    target_units: int
    excess_units: int
    days_of_supply: float | None
    """``None`` where nothing sells."""
    stock_age_days: float | None
    """``None`` where nothing is here."""
    idle_days: int
    is_dead: bool
    value_tied_up: Decimal
    monthly_carrying_cost: Decimal


@dataclass(frozen=True)
class AgeBand:
    """What is too much and has lain here for about so long."""

    name: str
    items: int
    units: int
    value_tied_up: Decimal
    monthly_carrying_cost: Decimal


def aged(line: ItemLine) -> list[AgeBand]:
    """Return what of an item's excess is still on order, and what lies here."""
    on_order = min(line.on_order_units, line.excess_units)
    if line.stock_age_days is None:
        return [AgeBand(STILL_ON_ORDER, 1, line.excess_units, line.value_tied_up, line.monthly_carrying_cost)]
    # To whole cents, so that both parts together are the item's money to the cent.
    value = round(line.value_tied_up * on_order / line.excess_units, 2)
    carrying = round(line.monthly_carrying_cost * on_order / line.excess_units, 2)
    age = line.stock_age_days
    name = next(name for longest, name in AGE_BANDS if longest is None or age < longest + 1)
    parts = [
        AgeBand(STILL_ON_ORDER, 1, on_order, value, carrying),
        AgeBand(
            name, 1, line.excess_units - on_order, line.value_tied_up - value, line.monthly_carrying_cost - carrying
        ),
    ]
    return [part for part in parts if part.units]
