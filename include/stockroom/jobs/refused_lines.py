"""Leave out of an order what a person refused a short while ago, and ask for the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from stockroom.warehouse.order_refusals import Refusal


@dataclass(frozen=True)
class HeldLine:
    """One line that is left out, with what was decided of it."""

    decided_units: int
    refusal: Refusal


def leave_out_refused(
    items: Sequence[Any], refusals: Mapping[str, Refusal], *, forced: Collection[int] = ()
) -> tuple[list[Any], dict[int, HeldLine]]:
    """Return an order's items without what was refused, and the lines that this leaves out, by place.

    What a buyer wants in units (``forced``, by place) was wanted by a person too, and stays. An order of nothing but
    what was refused stays whole: it is the same question, and is held as one.
    """
    needed = [place for place, row in enumerate(items) if row.order_units > 0 and place not in forced]
    held = {
        place: HeldLine(items[place].order_units, refusal)
        for place in needed
        if (refusal := refusals.get(items[place].sku)) is not None and refusal.holds_for(items[place].order_units)
    }
    if not held or (len(held) == len(needed) and not forced):
        return list(items), {}
    # Nor is it filled up with any of what was refused.
    left = [
        row._replace(order_units=0 if place in held else row.order_units, may_add=False) if row.sku in refusals else row
        for place, row in enumerate(items)
    ]
    return left, held


def said_of_held(held: Mapping[int, HeldLine]) -> str:
    """Return what was left out and why, as half a sentence; empty where nothing was."""

    def asked_as(refusal: Refusal) -> tuple[str, str, str]:
        return refusal.po_number, refusal.refused_by, refusal.holds_until.isoformat()

    refusals = sorted((one.refusal for one in held.values()), key=asked_as)
    parts = []
    for (po_number, who, until), lines in groupby(refusals, key=asked_as):
        count = len(list(lines))
        refused = f"{count:,} line{'' if count == 1 else 's'} that {who} refused as {po_number}"
        parts.append(f"without {refused}, asked again from {until}")
    return "; ".join(parts)
