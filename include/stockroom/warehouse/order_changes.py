"""Orders that are changed or taken back after their release: new versions and cancellations, by people, in words.

Whoever changes an order first takes hold of its messages, as whoever delivers one does: an order is either changed
before it leaves, or left before it is changed, and then the supplier hears of the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.order_splits import read_places
from stockroom.warehouse.order_states import move_orders
from stockroom.warehouse.orders import ProposedLine, ProposedOrder, UnknownOrderError, write_lines
from stockroom.warehouse.outbox import add_message, resolve

AMENDABLE, CANCELLABLE = ("released", "sent", "acknowledged"), ("released", "sent", "acknowledged")


class UnchangeableOrderError(ValueError):
    """The order is not in a state in which it can be changed so; the message says which it is in."""


@dataclass(frozen=True)
class ChangedOrder:
    """What a change came to."""

    po_number: str
    version: int
    currency: str
    """Of the two amounts below."""
    value: Decimal
    value_before: Decimal
    exchange_rate: Decimal | None
    """What one of the currency is worth in the base currency; ``None``: it is that, or nobody knows."""
    is_supplier_told: bool
    """The supplier had it already, and gets the change as a document."""


@dataclass(frozen=True)
class _Order:
    po_number: str
    version: int
    state: str
    supplier_id: str
    location_id: str
    currency: str
    exchange_rate: Decimal | None
    value: Decimal
    requested_date: date | None

    def changed(self, *, version: int, value: Decimal, has_left: bool) -> ChangedOrder:
        """Return what the order was changed to."""
        return ChangedOrder(self.po_number, version, self.currency, value, self.value, self.exchange_rate, has_left)


def cancel_order(
    connection: psycopg.Connection, *, po_number: str, kind: str, cancellation_kind: str, who: str, because: str
) -> ChangedOrder:
    """Take a released order back; the caller commits. A supplier who has it gets a cancellation.

    Args:
        connection: to the warehouse.
        po_number: whose order.
        kind: of the messages that bring an order to its supplier.
        cancellation_kind: of those that take it back.
        who: a person by name.
        because: why, for the order's events.

    Raises:
        UnknownOrderError: no such order.
        UnchangeableOrderError: it is a proposal, or on its way, or over.
    """
    has_left = _withdraw(connection, po_number, kind)
    order = _locked(connection, po_number, CANCELLABLE, "cancelled")
    move_orders(connection, [po_number], "cancelled", by=who, note=because)
    if has_left:
        subject = f"{po_number}/v{order.version}"
        add_message(connection, f"{cancellation_kind}/{subject}", cancellation_kind, subject)
    return order.changed(version=order.version, value=Decimal(0), has_left=has_left)


def amend_order(
    connection: psycopg.Connection,
    *,
    po_number: str,
    kind: str,
    units: Mapping[int, int],
    requested_date: date | None,
    who: str,
    because: str,
) -> ChangedOrder:
    """Make a new version of a released order, released in a person's name; the caller commits.

    Args:
        connection: to the warehouse.
        po_number: whose order.
        kind: of the messages that bring an order to its supplier.
        units: what becomes of lines, by their number; 0 strikes one, and no other takes its number.
        requested_date: another day on which it is wanted; ``None`` leaves it.
        who: a person by name.
        because: why, for the order's events.

    Raises:
        UnknownOrderError: no such order.
        UnchangeableOrderError: it is a proposal, or on its way, or over; or it has no such line; or nothing is left.
    """
    has_left = _withdraw(connection, po_number, kind)
    order = _locked(connection, po_number, AMENDABLE, "amended")
    lines = _changed_lines(connection, order, units, note=f" Changed by {who}: {because}.")
    amended = ProposedOrder(
        order.supplier_id, order.location_id, order.currency, requested_date or order.requested_date, lines
    )
    connection.execute(
        """
        update ops.purchase_orders set
            version = version + 1, state = 'released', value = %s, lines_sha256 = %s, requested_date = %s,
            updated_at = now(), changed_by = %s, change_note = %s
        where po_number = %s
        """,
        (amended.value, amended.lines_sha256, amended.requested_date, who, because, po_number),
    )
    version = order.version + 1
    write_lines(connection, [(po_number, version, amended)])
    subject = f"{po_number}/v{version}"
    add_message(connection, f"{kind}/{subject}", kind, subject)
    return order.changed(version=version, value=amended.value, has_left=has_left)


def _withdraw(connection: psycopg.Connection, po_number: str, kind: str) -> bool:
    """Let messages of the order that did not leave never leave; return whether the supplier may have one."""
    rows = connection.execute(
        "select message_key, state, path from ops.outbox where kind = %s and subject_key like %s for update",
        (kind, f"{po_number}/v%"),
    ).fetchall()
    for message_key, state, _ in rows:
        if state in ("pending", "failed"):
            connection.execute(
                "update ops.outbox set state = 'sent', sent_at = now(), path = null where message_key = %s",
                (message_key,),
            )
            resolve(connection, message_key)
    return any(state == "sending" or (state == "sent" and path is not None) for _, state, path in rows)


def _locked(connection: psycopg.Connection, po_number: str, states: tuple[str, ...], what: str) -> _Order:
    with connection.cursor(row_factory=class_row(_Order)) as cursor:
        order = cursor.execute(
            """
            select po_number, version, state, supplier_id, location_id, currency, exchange_rate, value, requested_date
            from ops.purchase_orders where po_number = %s for update
            """,
            (po_number,),
        ).fetchone()
    if order is None:
        raise UnknownOrderError(f"{po_number} is no purchase order of ours")
    if order.state not in states:
        raise UnchangeableOrderError(f"{po_number} is {order.state}; only what is {', '.join(states)} can be {what}")
    return order


def _changed_lines(
    connection: psycopg.Connection, order: _Order, units: Mapping[int, int], *, note: str
) -> tuple[ProposedLine, ...]:
    rows = connection.execute(
        """
        select line_number, sku, supplier_sku, units, pack_units, unit_cost, reason, terms::text, split_units
        from ops.purchase_order_lines where po_number = %s and version = %s order by line_number
        """,
        (order.po_number, order.version),
    ).fetchall()
    places = read_places(connection, order.po_number, order.version)
    lines = {int(number): ProposedLine(*row) for number, *row in rows}
    lines = {number: replace(line, places=places.get(number, ()), number=number) for number, line in lines.items()}
    if unknown := sorted(set(units) - set(lines)):
        raise UnchangeableOrderError(f"{order.po_number} has no line {', '.join(map(str, unknown))}")
    for number, wanted in units.items():
        if wanted != lines[number].units:
            lines[number] = replace(lines[number], units=wanted, reason=lines[number].reason + note)
    kept = tuple(line for line in lines.values() if line.units > 0)
    if not kept:
        raise UnchangeableOrderError(f"nothing would be left of {order.po_number}; cancel it instead")
    return kept
