"""Units promised beyond stock: which orders promised them, and the ways to keep or break these promises, in money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, IntArray
from stockroom.planning.sentences import days

GIVE_UP_A_DAY = 0.03
"""Of those who must wait for what they bought, so many cancel each day. An assumption; the sentence says so."""
REALLOCATE, TRANSFER, EXPEDITE, CANCEL = "re-allocate", "transfer", "expedite", "cancel"


@dataclass(frozen=True, eq=False)
class Unfolded:
    """What could be sold around each of ``n`` events, oldest first."""

    before_units: IntArray
    """(n,)"""
    after_units: IntArray
    """(n,)"""
    beyond_units: IntArray
    """(n,) of what an event took, so many were not there."""
    is_told: BoolArray
    """(n,) True from the event on that took the last unit: what came before did no harm."""


def unfold(available_units: int, taken_units: IntArray) -> Unfolded:
    """Return what could be sold before and after each event, from what can be sold after the last one.

    ``taken_units (n,)``: oldest first, negative where an event gave units back. A promise beyond stock that a later
    event made good for (somebody else cancelled) is none any more: units still missing are the youngest orders'.

    One unit was left, and three orders came for it:

    >>> found = unfold(-2, np.array([4, 1, 1, 1]))
    >>> found.before_units.tolist(), found.beyond_units.tolist(), found.is_told.tolist()
    ([5, 1, 0, -1], [0, 0, 1, 1], [False, True, True, True])
    """
    after = available_units + np.cumsum(taken_units[::-1])[::-1] - taken_units
    before = after + taken_units
    beyond = np.zeros(taken_units.size, dtype=np.int64)
    missing = max(-available_units, 0)
    for place in range(taken_units.size - 1, -1, -1):
        beyond[place] = min(max(int(taken_units[place]), 0), missing)
        missing -= int(beyond[place])
    first = int(np.flatnonzero(beyond > 0)[0]) if (beyond > 0).any() else taken_units.size
    while 0 < first < taken_units.size and before[first] <= 0:
        first -= 1
    return Unfolded(before, after, beyond, np.arange(taken_units.size) >= first)


@dataclass(frozen=True)
class Promise:
    """Units of one order line that are not there."""

    order_id: str
    channel_id: str
    units: int
    unit_margin: float
    """What a unit earns, in the base currency; 0 where price or cost is not known."""


@dataclass(frozen=True)
class Elsewhere:
    """Another location that has the item."""

    location_id: str
    units: int
    """That can be sold there."""


@dataclass(frozen=True)
class Coming:
    """An open purchase order line for the item and the location."""

    po_number: str
    units: int
    days: float
    """Until it is due; 0 where it is late already."""


@dataclass(frozen=True)
class Remedy:
    """One thing that can be done."""

    action: str
    cost: float
    """Against serving all at once, in the base currency."""
    says: str


def remedies(
    promises: Sequence[Promise],
    *,
    elsewhere: Sequence[Elsewhere],
    coming: Sequence[Coming],
    location_id: str,
    transfer_cost: float,
    goodwill: float,
    is_place_fixed: bool,
) -> tuple[Remedy, ...]:
    """Return what can be done about promises beyond stock, the cheapest first; ``promises`` are oldest first.

    Args:
        promises: the order lines that are short, and by how much.
        elsewhere: other locations, the nearest first.
        coming: open purchase orders, the earliest first.
        location_id: where the units are missing.
        transfer_cost: what moving them from one location to another costs.
        goodwill: what a lost sale costs beside its margin, a unit.
        is_place_fixed: whether the channel says where its orders leave from: then units move, not orders.

    >>> sold_twice = [Promise("1001", "ebay", 2, 3.0)]
    >>> def choose(*elsewhere):
    ...     given = {"coming": [], "location_id": "LONDON", "transfer_cost": 10.0, "goodwill": 0.5}
    ...     return remedies(sold_twice, elsewhere=elsewhere, is_place_fixed=False, **given)[0]
    >>> choose(Elsewhere("LEEDS", 5)).says
    'ship 2 from LEEDS, which has 5: keeps 6.00 of margin'
    >>> choose().says
    'cancel order 1001 (ebay): loses 7.00'
    """
    short = sum(promise.units for promise in promises)
    margin = sum(promise.units * promise.unit_margin for promise in promises)
    found: list[Remedy] = []
    has_all = next((each for each in elsewhere if each.units >= short), None)
    if has_all:
        where, keeps = f"from {has_all.location_id}, which has {has_all.units:,}", f"keeps {margin:,.2f} of margin"
        if not is_place_fixed:
            found.append(Remedy(REALLOCATE, 0.0, f"ship {short:,} {where}: {keeps}"))
        moved = f"move {short:,} {where}, to {location_id}: costs {transfer_cost:,.2f}, {keeps}"
        found.append(Remedy(TRANSFER, transfer_cost, moved))
    in_time = next((each for each in coming if each.units >= short), None)
    if in_time:
        lost = (margin + goodwill * short) * (1.0 - (1.0 - GIVE_UP_A_DAY) ** in_time.days)
        when = "is due already" if in_time.days <= 0 else f"is due in {days(in_time.days)}"
        waits = f"loses {lost:,.2f} if {GIVE_UP_A_DAY:.0%} give up a day (assumed)"
        expedited = f"expedite {in_time.po_number}, whose {in_time.units:,} {when}, and let shoppers wait: {waits}"
        found.append(Remedy(EXPEDITE, lost, expedited))
    cancelled = margin + goodwill * short
    names = ", ".join(f"{promise.order_id} ({promise.channel_id})" for promise in promises[::-1])
    if promises:
        plural = "order" if len(promises) == 1 else "the youngest orders"
        found.append(Remedy(CANCEL, cancelled, f"cancel {plural} {names}: loses {cancelled:,.2f}"))
    return tuple(sorted(found, key=lambda remedy: remedy.cost))
