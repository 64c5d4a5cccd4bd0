"""Orders that wait for a person, and what people answered: once, for the version they were asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Literal

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.order_states import move_orders
from stockroom.warehouse.orders import UnknownOrderError

Outcome = Literal["released", "refused", "no answer", "answered before", "older version", "not waiting"]


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
    lines: int
    units: int
    plan_date: date
    waiting_since: datetime

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
        return tuple(cursor.execute(_statement("orders_waiting.sql")).fetchall())


def record_answer(
    connection: psycopg.Connection,
    *,
    po_number: str,
    version: int,
    answer: Literal["release", "refuse", "no answer"],
    who: str,
) -> Outcome:
    """Do what an answer says if it was given for the version that waits, record it in any case; the caller commits.

    A refusal also counts for a proposal that does not wait yet: a gate that holds the plan holds all its proposals, and
    the others can go on when one is dropped. The same answer given twice acts once and is recorded once.

    Raises:
        UnknownOrderError: no such order.
    """
    row = connection.execute(
        "select version, state from ops.purchase_orders where po_number = %s for update", (po_number,)
    ).fetchone()
    if row is None:
        raise UnknownOrderError(f"{po_number} is no purchase order of ours; `stockroom waiting` lists those that wait")
    present, state = int(row[0]), str(row[1])
    note = f"answer: {answer}, version {version}"
    counts = version == present and state == "waiting"
    if counts and answer == "release":
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
