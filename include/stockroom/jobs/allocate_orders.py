"""Say where orders ship from of which their own location lacks something: the first that has all, else several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stockroom.planning.allocation import NO_PLACE, allocate
from stockroom.warehouse.oversells import AllocationRow, Place, StockEvent


def allocations(
    events: Sequence[StockEvent], beyond_units: Sequence[int], places: Sequence[Place], *, location_id: str
) -> list[AllocationRow]:
    """Return where orders are to ship from that are short of something at ``location_id``, the oldest served first.

    Only of channels that name no place for their orders; others move units, not orders. An order of which no place has
    anything is left out: nobody can ship it. The place that it belongs to comes first, the others follow as given.

    Args:
        events: what happened at the location, oldest first.
        beyond_units: of each, so many units are not there.
        places: the other locations that have the SKU, as planners prefer them, then the nearest first.
        location_id: where these orders ship from by default.
    """
    short = [
        (event, units)
        for event, units in zip(events, beyond_units, strict=True)
        if units > 0 and event.kind == "sale" and not event.is_place_fixed
    ]
    names = [location_id, *(place.other_location_id for place in places)]
    rows: list[AllocationRow] = []
    left = np.array([0, *(place.available_units for place in places)])
    for event, units in short:  # what its own location still has for an order is that order's alone
        has = left.copy()
        has[0] = event.units - units
        far = np.arange(len(names), dtype=np.float64)[None, :]
        found = allocate(np.array([event.units]), np.array([0]), has[None, :], far)
        if int(found.missing_units[0]) > 0:
            continue
        taken = found.units[0]
        left[1:] -= taken[1:]
        is_split = int(found.place[0]) == NO_PLACE
        chosen = None if is_split else places[int(found.place[0]) - 1]
        why = _why(event, units, chosen, location_id=location_id)
        rows += [
            AllocationRow(
                str(event.channel_id), event.document_key, names[place], int(taken[place]), location_id, is_split, why
            )
            for place in np.flatnonzero(taken).tolist()
        ]
    return rows


def _why(event: StockEvent, units: int, chosen: Place | None, *, location_id: str) -> str:
    """Return why an order ships from elsewhere; its own location cannot be the one that is chosen."""
    lacks = f"{location_id} lacks {units:,} of {event.units:,}"
    if chosen is None:
        return f"{lacks}, and no place has all of it"
    if chosen.ship_priority is None:
        return f"{lacks}; the nearest that has all of it"
    return f"{lacks}; of those that have all of it the planners' choice (ship_priority {chosen.ship_priority})"
