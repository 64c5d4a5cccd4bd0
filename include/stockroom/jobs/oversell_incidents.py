"""Rebuild how units came to be promised beyond stock, weigh the ways out, and put the cheapest before a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from stockroom.jobs.allocate_orders import allocations
from stockroom.jobs.oversell_words import order_name, shown_text
from stockroom.planning import Policy
from stockroom.planning.oversell import Coming, Elsewhere, Promise, Remedy, remedies, unfold
from stockroom.settings import Settings
from stockroom.warehouse.exceptions import raise_exception, weigh_exception
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.oversells import (
    AllocationRow,
    OpenOrder,
    Place,
    Shortage,
    StockEvent,
    TimelineRow,
    Told,
    keep_allocations,
    keep_oversell,
    read_events,
    read_margins,
    read_open_orders,
    read_places,
    read_told,
)

NAMED_ORDERS = 5
USUAL = Policy()
"""What moving units and a lost sale cost."""
COUNT = "count"
"""What is left where no order explains the shortage."""

Row = TypeVar("Row", StockEvent, Told, Place, OpenOrder)
Item = tuple[str, str]


@dataclass(frozen=True)
class Incident:
    """One shortage, with how it came about and what can be done."""

    shortage: Shortage
    timeline: Sequence[TimelineRow]
    known_at: datetime | None
    """When we heard of the first order that is short."""
    unit_margin: float
    ways: Sequence[Remedy]
    allocated: Sequence[AllocationRow]
    """Where orders that are short are to ship from."""

    @property
    def short_orders(self) -> list[TimelineRow]:
        """Return the orders that are short, oldest first."""
        return [row for row in self.timeline if row.units_short]

    @property
    def money_at_risk(self) -> float:
        """Return the margin of what is short."""
        return -self.shortage.available_units * self.unit_margin


def rebuild_all(settings: Settings, connection: psycopg.Connection, shortages: Sequence[Shortage]) -> list[Incident]:
    """Return how each shortage came about and what can be done, by what is known now."""
    if not shortages:
        return []
    events = read_events(connection, shortages)
    newest = max((event.occurred_at for event in events), default=clock(connection))
    oldest = min((event.occurred_at for event in events), default=newest)
    told = _by_item(read_told(connection, shortages, since=oldest - timedelta(seconds=1)))
    margins = read_margins(connection, shortages)
    places = _by_item(read_places(connection, shortages))
    today = newest.astimezone(ZoneInfo(settings.time_zone)).date()
    orders = _by_item(read_open_orders(connection, shortages, today=today))
    events_of = _by_item(events)
    return [
        rebuild(
            shortage,
            events_of.get(item, []),
            told.get(item, []),
            places=places.get(item, []),
            orders=orders.get(item, []),
            unit_margin=margins.get(shortage.sku, 0.0),
        )
        for shortage in shortages
        for item in [(shortage.sku, shortage.location_id)]
    ]


def rebuild(
    shortage: Shortage,
    events: Sequence[StockEvent],
    told: Sequence[Told],
    *,
    places: Sequence[Place],
    orders: Sequence[OpenOrder],
    unit_margin: float,
) -> Incident:
    """Return one shortage with its timeline, from the order that took the last unit on; all given oldest first."""
    found = unfold(shortage.available_units, np.array([event.units for event in events], dtype=np.int64))
    shown_on = [(event, *_shown(event, events, told)) for event in events]
    sold = [
        TimelineRow(
            occurred_at=event.occurred_at,
            kind=event.kind,
            channel_id=event.channel_id,
            document_key=event.document_key,
            units=event.units,
            available_before=int(found.before_units[place]),
            available_after=int(found.after_units[place]),
            units_short=int(found.beyond_units[place]),
            shown_units=units,
            shown_at=shown_at,
        )
        for place, (event, units, shown_at) in enumerate(shown_on)
        if found.is_told[place]
    ]
    since = sold[0].occurred_at if sold else None
    figures = [
        TimelineRow(one.seen_at, "told", one.channel_id, None, one.units, None, None, 0, one.units, one.seen_at)
        for one in told
        if since is not None and one.is_written and one.seen_at >= since
    ]
    short = [event for event, beyond in zip(events, found.beyond_units.tolist(), strict=True) if beyond]
    promises = [
        Promise(order_name(event.document_key), str(event.channel_id), int(beyond), unit_margin)
        for event, beyond in zip(events, found.beyond_units.tolist(), strict=True)
        if beyond
    ]
    ways = remedies(
        promises,
        elsewhere=[Elsewhere(place.other_location_id, place.available_units) for place in places],
        coming=[Coming(order.po_number, order.units, order.due_days) for order in orders],
        location_id=shortage.location_id,
        transfer_cost=USUAL.order_cost,
        goodwill=USUAL.goodwill,
        is_place_fixed=any(event.is_place_fixed for event in short),
    )
    if not short:
        counted = (
            f"no order explains it: count {shortage.sku} at {shortage.location_id}, the level itself is below nothing"
        )
        ways = (Remedy(COUNT, 0.0, counted),)
    known_at = short[0].recorded_at if short else None
    timeline = sorted([*sold, *figures], key=lambda row: row.occurred_at)
    allocated = allocations(events, found.beyond_units.tolist(), places, location_id=shortage.location_id)
    return Incident(shortage, timeline, known_at, unit_margin, ways, allocated)


def _shown(event: StockEvent, events: Sequence[StockEvent], told: Sequence[Told]) -> tuple[int | None, datetime | None]:
    """Return what the event's channel showed when it came, and when that was read; nothing where nobody looked."""
    seen = [one for one in told if one.channel_id == event.channel_id and one.seen_at <= event.occurred_at]
    if event.kind != "sale" or not seen:
        return None, None
    own = [
        one.units
        for one in events
        if one.channel_id == event.channel_id and seen[-1].seen_at < one.occurred_at < event.occurred_at
    ]
    return seen[-1].units - sum(own), seen[-1].seen_at


def keep(connection: psycopg.Connection, incident: Incident, *, kind: str, currency: str) -> None:
    """Write one oversell down, and put it before a person."""
    shortage, short, best = incident.shortage, incident.short_orders, incident.ways[0]
    given: dict[str, Any] = {
        "orders_short": len(short),
        "began_at": short[0].occurred_at if short else None,
        "known_at": incident.known_at,
        "money_at_risk": round(incident.money_at_risk, 2),
        "action": best.action,
        "recommendation": best.says,
        "remedies": [{"action": way.action, "cost": round(way.cost, 2), "says": way.says} for way in incident.ways],
    }
    oversell_id = keep_oversell(connection, shortage, given, incident.timeline)
    keep_allocations(connection, shortage.sku, incident.allocated)
    key = f"{kind}/{oversell_id}"
    raise_exception(
        connection,
        key,
        kind=kind,
        subject=f"{shortage.sku} at {shortage.location_id}",
        detail=_detail(incident),
        mend=f"{best.says[0].upper()}{best.says[1:]}. `stockroom oversells {shortage.sku}` shows how it came about",
    )
    weigh_exception(
        connection,
        key,
        sku=shortage.sku,
        location_id=shortage.location_id,
        money_at_risk=round(incident.money_at_risk, 2),
        proposal=best.says,
        currency=currency,
    )


def _detail(incident: Incident) -> str:
    """Return in a sentence what is short, by which orders, and what their channels showed."""
    units, short = -incident.shortage.available_units, incident.short_orders
    if not short:
        return f"{units:,} below nothing"
    first = f"{short[0].occurred_at:%Y-%m-%d %H:%M:%S} UTC"
    more = f" and {len(short) - NAMED_ORDERS:,} more" if len(short) > NAMED_ORDERS else ""
    named = "; ".join(_named(row) for row in short[:NAMED_ORDERS])
    risk = f"; {incident.money_at_risk:,.2f} of margin at risk" if incident.money_at_risk else ""
    return f"{units:,} promised beyond stock since {first}: {named}{more}{risk}"


def _named(row: TimelineRow) -> str:
    return f"{row.channel_id} {order_name(row.document_key)} ({shown_text(row)})"


def _by_item(rows: Sequence[Row]) -> Mapping[Item, list[Row]]:
    found: dict[Item, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.sku, row.location_id].append(row)
    return found
