"""What helps against goods that do not come: haste, another location, another supplier, a similar product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray
from stockroom.planning.sentences import days, units
from stockroom.planning.supply_watch import HORIZON_DAYS, Waiting, helped_by, risks, sooner

EXPEDITED_SHARE = 0.5
"""Of the wait that is left, if the supplier is asked to hurry."""
TRANSFER_DAYS = 3.0
SUBSTITUTED_SHARE = 0.3
"""So many shoppers take a similar product instead (Gruen, Corsten & Bharadwaj 2002 found 26 to 45 %)."""
LEAST_GAIN = 0.01


@dataclass(frozen=True, eq=False)
class OtherSupplier:
    """Who else offers the item."""

    name: str
    cases_days: FloatArray
    """(12,) its equally likely lead times."""
    dearer: float
    """What a unit costs more than ordered; 0 for cheaper."""


@dataclass(frozen=True)
class Spare:
    """Units at another location that it can do without: what it has beyond its reorder point."""

    location_id: str
    units: int


@dataclass(frozen=True)
class Similar:
    """A product of the same kind that is there."""

    sku: str
    title: str


@dataclass(frozen=True, eq=False)
class WaysOut:
    """What there is to help one line."""

    suppliers: Sequence[OtherSupplier] = ()
    spares: Sequence[Spare] = ()
    similar: Similar | None = None


@dataclass(frozen=True)
class Remedy:
    """What would help most, and how much of the money at risk it saves."""

    said: str
    gain: float


def best_remedy(waiting: Waiting, money: float, ways_out: WaysOut) -> Remedy:
    """Return the way out that saves most of ``money``, which is what waiting costs as expected."""
    tried = list(_tries(waiting, ways_out))
    left = risks([attempt for attempt, _, _ in tried]).money.tolist() if tried else []
    found = [
        Remedy(said, min(money - remains - price, money)) for (_, price, said), remains in zip(tried, left, strict=True)
    ]
    if ways_out.similar:
        said = f"show {ways_out.similar.title} ({ways_out.similar.sku}) instead, which is there"
        found.append(Remedy(said, SUBSTITUTED_SHARE * money))
    best = max(found, key=lambda remedy: remedy.gain, default=None)
    if best is None or best.gain < LEAST_GAIN:
        return Remedy("nothing: what is there lasts, or nothing brings it sooner", 0.0)
    return best


def _tries(waiting: Waiting, ways_out: WaysOut) -> Iterator[tuple[Waiting, float, str]]:
    """Yield each way out as what would be waited for then, its price, and in words."""
    line, sign, since = waiting.watched.line, waiting.sign, waiting.from_plan_days
    left = np.maximum(waiting.arrival_days[0] - since, 0.0)
    if not sign.needs_new_order:
        # An order that was lost cannot be hurried, but it can be placed again.
        hurried = np.minimum(np.maximum(left * EXPEDITED_SHARE, np.minimum(left, 1.0)), waiting.anew_days)
        is_lost = float(np.median(left)) > 2.0 * float(np.median(waiting.anew_days))
        asked = "whether it is lost, and order again" if is_lost else "to hurry"
        said = f"ask {line.supplier_name} {asked}: in {days(float(np.median(hurried)))} instead of "
        yield sooner(waiting, since + hurried), 0.0, said + days(float(np.median(left)))
    for other in ways_out.suppliers:
        price = max(other.dearer, 0.0) * sign.units
        cost = f", {price:,.2f} dearer" if price else ""
        said = f"order {units(sign.units)} from {other.name}: in {days(float(np.median(other.cases_days)))}{cost}"
        yield sooner(waiting, since + np.minimum(_earlier(left, other.cases_days), HORIZON_DAYS)), price, said
    for spare in ways_out.spares:
        taken = min(spare.units, sign.units)
        said = f"move {units(taken)} from {spare.location_id}, which can do without them"
        yield helped_by(waiting, days=TRANSFER_DAYS, units=float(taken)), 0.0, said


def _earlier(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return ``(12,)`` equally likely days until the earlier of two deliveries that know nothing of each other.

    >>> _earlier(np.full(12, 5.0), np.full(12, 9.0)).tolist() == [5.0] * 12
    True
    """
    either = np.sort(np.minimum(first[:, None], second[None, :]).ravel())
    return np.asarray(either.reshape(first.size, -1).mean(axis=1), dtype=np.float64)
