"""What a purchase order's document says, as the warehouse knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class OrderRow:
    """One line of an order; what belongs to the whole order repeats on each.

    ``supplier_name`` and ``location_name`` are ``None`` when the marts know no such supplier or place, ``released_*``
    while the order is not released.
    """

    po_number: str
    version: int
    state: str
    kind: Literal["purchase", "transfer", "drop_ship"]
    value: Decimal
    currency: str
    plan_date: date
    requested_date: date | None
    supplier_id: str
    supplier_name: str | None
    supplier_email: str | None
    giver_address: list[str | None]
    """Of a transfer: street, town, postcode and country of the location that gives."""
    payment_terms: str | None
    ship_via: str | None
    location_id: str
    location_name: str | None
    address_line: str | None
    city: str | None
    postcode: str | None
    country_code: str | None
    shopper_channel: str | None
    """Of a drop-ship: the channel of the shopper's order."""
    shopper_order: str | None
    """Of a drop-ship: its number there."""
    released_by: str | None
    release_note: str | None
    released_at: datetime | None
    replaces: int | None
    """The last earlier version that left for the supplier."""
    line_number: int
    sku: str
    supplier_sku: str | None
    description: str | None
    units: int
    pack_units: int
    unit_cost: Decimal
    line_value: Decimal
    reason: str
    terms: list[dict[str, Any]]
    """Name, value and unit of each number behind the reason, in the order in which a person would follow them."""


def read_order(connection: psycopg.Connection, *, po_number: str, version: int) -> list[OrderRow]:
    """Return the lines of an order by number, none when that version is not the present one.

    The order is held as it is until the caller's transaction ends: an answer that comes meanwhile waits, so that a
    proposal's page never covers the released one.
    """
    connection.execute("select 1 from ops.purchase_orders where po_number = %s for share", (po_number,))
    statement = resources.files("stockroom.warehouse").joinpath("order_contents.sql").read_bytes()
    with connection.cursor(row_factory=class_row(OrderRow)) as cursor:
        return cursor.execute(statement, {"po_number": po_number, "version": version}).fetchall()


def ask_for_waiting_documents(connection: psycopg.Connection, *, kind: str) -> int:
    """Add a message of ``kind`` for each waiting order and version that has none; return their number.

    Whoever is asked to release an order reads its document first. The caller commits.
    """
    return connection.execute(
        """
        insert into ops.outbox (message_key, kind, subject_key, state)
        select %(kind)s || '/' || po_number || '/v' || version, %(kind)s, po_number || '/v' || version, 'pending'
        from ops.purchase_orders
        where state = 'waiting'
        order by po_number
        on conflict (message_key) do nothing
        """,
        {"kind": kind},
    ).rowcount
