"""Orders that wait for a person, and what people answered: once, for the version they were asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Literal

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.order_states import move_orders
from stockroom.warehouse.orders import UnknownOrderError

Outcome = Literal["released", "one of two", "refused", "no answer", "answered before", "older version", "not waiting"]

ONE_OF_TWO = "one of two"
"""Stands in the event of a yes that a second person has yet to join."""


@dataclass(frozen=True)
class WaitingOrder:
    """A purchase order that waits for a named person."""

    po_number: str
    version: int
    supplier_id: str
    supplier_name: str
    location_id: str
    currency: str
    value: Decimal
    exchange_rate: Decimal | None
    """What one of the currency is worth in the base currency; ``None``: it is that, or nobody knows."""
    rate_date: date | None
    lines: int
    units: int
    plan_date: date
    waiting_since: datetime
    requested_date: date | None
    why: str | None
    """Why a person is asked."""
    first_yes: str | None
    """Who agreed already, where two people must."""

    def worth_in(self, currency: str) -> Decimal | None:
        """Return what the order is worth in the base currency, as far as a rate is known."""
        if self.currency == currency:
            return self.value
        return None if self.exchange_rate is None else self.value * self.exchange_rate

    def __str__(self) -> str:
        """Return one line for a person to read."""
        what = "1 line" if self.lines == 1 else f"{self.lines:,} lines"
        return (
            f"{self.po_number} version {self.version}: {self.value:,.2f} {self.currency} to {self.supplier_name}, "
            f"{what} and {self.units:,} units for {self.location_id}"
        )


def waiting_orders(connection: psycopg.Connection) -> tuple[WaitingOrder, ...]:
    """Return the orders that wait for a person, by number."""
    with connection.cursor(row_factory=class_row(WaitingOrder)) as cursor:
        parameters = {"one_of_two": f"%; {ONE_OF_TWO}"}
        return tuple(cursor.execute(_statement("orders_waiting.sql"), parameters).fetchall())


def record_answer(
    connection: psycopg.Connection,
    *,
    po_number: str,
    version: int,
    answer: Literal["release", "refuse", "no answer"],
    who: str,
    second_above: Decimal,
    second_approvers: Sequence[str],
    currency: str,
) -> Outcome:
    """Do what an answer says if it was given for the version that waits, record it in any case; the caller commits.

    A refusal also counts for a proposal that does not wait yet: a gate that holds the plan holds all its proposals, and
    the others can go on when one is dropped. The same answer given twice acts once and is recorded once.
    An order above ``second_above``, an amount in ``currency``, goes when two people said so, at least one of them a
    second approver; so does one in other money of which no rate is known.

    Raises:
        UnknownOrderError: no such order.
    """
    row = connection.execute(
        """
        select version, state, ops.worth_in(%s, value, currency, exchange_rate)
        from ops.purchase_orders where po_number = %s for update
        """,
        (currency, po_number),
    ).fetchone()
    if row is None:
        raise UnknownOrderError(f"{po_number} is no purchase order of ours; `stockroom waiting` lists those that wait")
    present, state = int(row[0]), str(row[1])
    note = f"answer: {answer}, version {version}"
    counts = version == present and state == "waiting"
    if counts and answer == "release":
        if row[2] is None or row[2] > second_above:
            firsts = _first_yeses(connection, po_number, version, note)
            if who in firsts:
                return "answered before"
            if not firsts or not {who, *firsts} & set(second_approvers):
                _record(connection, (po_number, version, state, state, who, f"{note}; {ONE_OF_TWO}"))
                return "one of two"
            note = f"{note}; the second of two, after {', '.join(firsts)}"
        parameters = {"po_number": po_number, "version": version, "who": who, "note": note}
        connection.execute(_statement("orders_approve.sql"), parameters)
        return "released"
    if version == present and state in ("waiting", "proposed") and answer == "refuse":
        move_orders(connection, [po_number], "refused", by=who, note=note)
        return "refused"
    if _is_recorded(connection, po_number, version, who, note):
        return "answered before"
    if counts:
        _record(connection, (po_number, version, state, state, who, note))
        return "no answer"
    why = f"version {present} stands" if version != present else f"it is {state}"
    _record(connection, (po_number, version, state, state, who, f"{note}; no effect, {why}"))
    return "older version" if version != present else "not waiting"


def _record(connection: psycopg.Connection, event: tuple[str, int, str | None, str, str, str]) -> None:
    connection.execute(
        """
        insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note)
        values (%s, %s, %s, %s, %s, %s)
        """,
        event,
    )


def _first_yeses(connection: psycopg.Connection, po_number: str, version: int, note: str) -> list[str]:
    """Return who agreed to this version already, in their order."""
    rows = connection.execute(
        """
        select actor from ops.purchase_order_events
        where po_number = %s and version = %s and note = %s order by event_id
        """,
        (po_number, version, f"{note}; {ONE_OF_TWO}"),
    )
    return [row[0] for row in rows]


def _is_recorded(connection: psycopg.Connection, po_number: str, version: int, who: str, note: str) -> bool:
    row = connection.execute(
        """
        select 1 from ops.purchase_order_events
        where po_number = %s and version = %s and actor = %s and (note = %s or note like %s || ';%%')
        """,
        (po_number, version, who, note, note),
    ).fetchone()
    return row is not None


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
