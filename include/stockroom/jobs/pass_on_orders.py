"""Pass shoppers' orders on to the suppliers that send them themselves, each unit once; take back what is cancelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import psycopg

from stockroom.jobs.deliver_purchase_order import CANCELLATION, ORDER
from stockroom.settings import Settings
from stockroom.warehouse import connect, order_changes
from stockroom.warehouse.drop_shippers import are_orders_passed_on
from stockroom.warehouse.drop_ships import (
    LessWanted,
    OpenDropShip,
    order_names,
    pass_on,
    read_less_wanted,
    read_open,
    shops_clock,
)
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.order_changes import CANCELLABLE
from stockroom.warehouse.orders import ProposedLine, ProposedOrder
from stockroom.warehouse.plans import take_turns
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions

UNPASSED, CANCELLED = "unpassed_order_line", "cancelled_drop_ship"
BY = "policy"
"""Who releases them: a sale that was made needs nobody's yes."""
TOLD_DAYS = 14
"""So long after a supplier sent all of it a cancellation is still put before a person."""


@dataclass(frozen=True)
class OrdersPassedOn:
    """What one look came to."""

    orders: int = 0
    units: int = 0
    taken_back: int = 0
    """Orders that were cancelled or shortened, as their shopper cancelled."""

    def __str__(self) -> str:
        """Return one line for a person to read; empty where nothing happened."""
        said = [f"{self.orders:,} drop-ship orders passed on, {self.units:,} units"] if self.orders else []
        back = [f"{self.taken_back:,} taken back in whole or part"] if self.taken_back else []
        return ", ".join(said + back)


def pass_on_orders(settings: Settings) -> OrdersPassedOn:
    """Order what shoppers bought of drop-shippers' stock: an order per shopper's order, supplier and currency.

    It is released at once, whatever it is worth: the shopper has bought, and not to order would be to oversell. Safe to
    repeat: what was passed on is never passed on again, also where the order was refused or taken back since.
    """
    with connect(settings.warehouse_url) as connection:
        if not are_orders_passed_on(connection):
            return OrdersPassedOn()
        today = shops_clock(connection).astimezone(ZoneInfo(settings.time_zone)).date()
        since = clock(connection) - timedelta(days=TOLD_DAYS)
        less, waiting = _look(settings, connection, today, since)
        if less or waiting:  # whoever plans holds the turn for a while; a quiet round does not wait for it
            take_turns(connection)
            less, waiting = _look(settings, connection, today, since)
        taken_back = _take_back(connection, less)
        names = order_names(connection, [(one.channel_id, one.document_key) for one in waiting])
        offered = [one for one in waiting if one.unit_cost is not None]
        passed = [
            pass_on(connection, order, units, order_name=name, today=today, kind=ORDER)
            for order, units, name in _orders(offered, names)
        ]
        unpassed = [_unpassed(one, names[one.channel_id, one.document_key]) for one in waiting if one.unit_cost is None]
        replace_exceptions(connection, kind=UNPASSED, found=unpassed)
        replace_exceptions(connection, kind=CANCELLED, found=_cancelled_too_late(less))
    return OrdersPassedOn(len(passed), sum(one.units for one in offered), taken_back)


def _look(
    settings: Settings, connection: psycopg.Connection, today: date, since: datetime
) -> tuple[list[LessWanted], list[OpenDropShip]]:
    """Return what is wanted less than was passed on, and what is to be passed on."""
    return (
        read_less_wanted(connection, since=since),
        read_open(connection, today=today, time_zone=settings.time_zone, currency=settings.currency),
    )


def _orders(
    units: Sequence[OpenDropShip], names: dict[tuple[str, str], str]
) -> Iterator[tuple[ProposedOrder, list[OpenDropShip], str]]:
    """Yield an order per shopper's order, supplier and currency."""

    def key(one: OpenDropShip) -> tuple[str, str, str, str]:
        return one.channel_id, one.document_key, one.supplier_id, one.currency

    for (channel_id, document_key, supplier_id, currency), group in groupby(sorted(units, key=key), key=key):
        own = sorted(group, key=lambda one: one.sku)
        name = names[channel_id, document_key]
        said = f"sold to a shopper: {channel_id} order {name}"
        lines = tuple(
            ProposedLine(
                sku=one.sku,
                supplier_sku=one.supplier_sku,
                units=one.units,
                pack_units=one.pack_units or 1,
                unit_cost=one.unit_cost,
                reason=f"{said[0].upper()}{said[1:]}.",
                terms_json="[]",
            )
            for one in own
            if one.unit_cost is not None
        )
        order = ProposedOrder(
            supplier_id=supplier_id,
            location_id=own[0].location_id,
            currency=currency,
            requested_date=None,
            lines=lines,
            kind="drop_ship",
            exchange_rate=own[0].exchange_rate,
            rate_date=own[0].rate_date,
            note=said,
        )
        yield order, own, name


def _take_back(connection: psycopg.Connection, lines: Sequence[LessWanted]) -> int:
    """Cancel or shorten the orders of which nothing was sent; return how many."""
    changed = 0
    for po_number, group in groupby(lines, key=lambda one: one.po_number):
        own = list(group)
        if own[0].state not in CANCELLABLE:
            continue
        because = f"the shopper cancelled {own[0].channel_id} order {own[0].order_name}"
        if any(one.units_wanted for one in own):
            units = {one.line_number: one.units_wanted for one in own}
            order_changes.amend_order(
                connection, po_number=po_number, kind=ORDER, units=units, requested_date=None, who=BY, because=because
            )
        else:
            order_changes.cancel_order(
                connection, po_number=po_number, kind=ORDER, cancellation_kind=CANCELLATION, who=BY, because=because
            )
        changed += 1
    return changed


def _unpassed(one: OpenDropShip, name: str) -> PlanException:
    return PlanException(
        key=f"{UNPASSED}/{one.channel_id}/{one.document_key}/{one.sku}",
        subject=f"{one.channel_id} order {name}",
        detail=f"{one.units:,} units of {one.sku} are to come from {one.supplier_id}, whose catalogue offers none",
        mend=f"add it to catalogue-{one.supplier_id} with its price, send it from another place, or cancel the line",
    )


def _cancelled_too_late(lines: Sequence[LessWanted]) -> Iterator[PlanException]:
    for one in lines:
        coming = one.units_shipped if one.state == "closed" else one.units - one.units_rejected
        if one.state in CANCELLABLE or coming <= one.units_wanted:
            continue
        yield PlanException(
            key=f"{CANCELLED}/{one.po_number}/{one.sku}",
            subject=f"{one.channel_id} order {one.order_name}",
            detail=f"the shopper cancelled {coming - one.units_wanted:,} units of {one.sku}, and {one.supplier_id} has "
            f"begun to send {one.po_number}",
            mend="ask the supplier to hold it; if it has left, agree on its way back with shopper and supplier",
        )
