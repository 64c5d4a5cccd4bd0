"""Purchase orders of ours: proposed, versioned, released, answered. A state changes only by a guarded update.

States: ``proposed`` by a plan; ``released`` by policy or by a person, or ``waiting`` for one, who may also have it
``refused``, even before it waits (a gate may hold it); a later plan may ``cancel`` what is still open. Each change
leaves one row in ``ops.purchase_order_events``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import Literal

import psycopg
from psycopg.rows import class_row

CENT = Decimal("0.01")
NUMBER_SERIES = "purchase_order"

Outcome = Literal["released", "refused", "no answer", "answered before", "older version", "not waiting"]


class UnknownOrderError(LookupError):
    """No purchase order of ours has that number."""


@dataclass(frozen=True)
class ProposedLine:
    """One line of a proposal."""

    sku: str
    supplier_sku: str | None
    units: int
    pack_units: int
    unit_cost: Decimal
    reason: str
    terms_json: str

    @property
    def line_value(self) -> Decimal:
        """Return units times cost, rounded to cents; the order's value is the sum of these."""
        return (self.units * self.unit_cost).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class ProposedOrder:
    """What one supplier should send to one place, in one currency; lines are ordered by SKU."""

    supplier_id: str
    location_id: str
    currency: str
    requested_date: date
    lines: tuple[ProposedLine, ...]

    @property
    def value(self) -> Decimal:
        """Return the sum of the lines."""
        return sum((line.line_value for line in self.lines), Decimal("0.00"))

    @property
    def lines_sha256(self) -> str:
        """Return a digest of what the supplier would read; reasons change every day and make no new version."""
        bought = [
            [line.sku, line.supplier_sku, line.units, line.pack_units, str(line.unit_cost.normalize())]
            for line in self.lines
        ]
        return hashlib.sha256(json.dumps(bought).encode()).hexdigest()


@dataclass(frozen=True)
class Proposals:
    """What a plan did to the open proposals."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    cancelled: tuple[str, ...]


@dataclass(frozen=True)
class Releases:
    """What the approval threshold did to the proposals."""

    released: tuple[str, ...]
    waiting: tuple[str, ...]


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


@dataclass(frozen=True)
class _Open:
    po_number: str
    supplier_id: str
    location_id: str
    currency: str
    version: int
    state: str
    lines_sha256: str


def propose_orders(connection: psycopg.Connection, *, plan_date: date, orders: Sequence[ProposedOrder]) -> Proposals:
    """Make the open proposals exactly ``orders``; the caller holds the turn (``plans.take_turns``) and commits.

    Per supplier, ship-to and currency: no open proposal, a new number; an open one with the same lines stays as it
    is, waiting or not; with other lines it becomes a new version and is proposed again. Open ones without need are
    cancelled.
    """
    with connection.cursor(row_factory=class_row(_Open)) as cursor:
        cursor.execute(
            """
            select po_number, supplier_id, location_id, currency, version, state, lines_sha256
            from ops.purchase_orders where state in ('proposed', 'waiting') order by po_number for update
            """
        )
        is_open = {(row.supplier_id, row.location_id, row.currency): row for row in cursor.fetchall()}
    wanted = {(order.supplier_id, order.location_id, order.currency): order for order in orders}
    new = [order for key, order in wanted.items() if key not in is_open]
    kept = [(is_open[key], order) for key, order in wanted.items() if key in is_open]
    changed = [(old, order) for old, order in kept if old.lines_sha256 != order.lines_sha256]
    needless = [old for key, old in is_open.items() if key not in wanted]
    numbers = _take_numbers(connection, len(new))
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.purchase_orders
                (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256, requested_date)
            values (%s, %s, %s, %s, %s, 'proposed', %s, %s, %s)
            """,
            [
                (number, order.supplier_id, order.location_id, order.currency, plan_date, order.value,
                 order.lines_sha256, order.requested_date)
                for number, order in zip(numbers, new, strict=True)
            ],
        )  # fmt: skip
        cursor.executemany(
            """
            update ops.purchase_orders set
                version = version + 1, state = 'proposed', plan_date = %s, value = %s, lines_sha256 = %s,
                requested_date = %s, updated_at = now()
            where po_number = %s and version = %s
            """,
            [
                (plan_date, order.value, order.lines_sha256, order.requested_date, old.po_number, old.version)
                for old, order in changed
            ],
        )
        cursor.executemany(
            "update ops.purchase_orders set state = 'cancelled', updated_at = now() where po_number = %s",
            [(old.po_number,) for old in needless],
        )
    _write_lines(
        connection,
        [(number, 1, order) for number, order in zip(numbers, new, strict=True)]
        + [(old.po_number, old.version + 1, order) for old, order in changed],
    )
    because = f"the plan of {plan_date}"
    _write_events(connection, [(number, 1, None, "proposed", because) for number in numbers])
    _write_events(
        connection,
        [
            (old.po_number, old.version + 1, old.state, "proposed", f"{because} replaces version {old.version}")
            for old, _ in changed
        ],
    )
    _write_events(
        connection,
        [
            (old.po_number, old.version, old.state, "cancelled", f"{because} needs none of it any more")
            for old in needless
        ],
    )
    changed_numbers = {old.po_number for old, _ in changed}
    return Proposals(
        created=tuple(numbers),
        changed=tuple(sorted(changed_numbers)),
        unchanged=tuple(sorted(old.po_number for old, _ in kept if old.po_number not in changed_numbers)),
        cancelled=tuple(sorted(old.po_number for old in needless)),
    )


def release_proposals(
    connection: psycopg.Connection, *, as_of_date: date, threshold: Decimal, currency: str
) -> Releases:
    """Release proposals up to ``threshold`` in ``currency`` into the outbox; the others wait. The caller commits.

    An order in another currency waits, however small: without a rate nobody can say that it is under the threshold.
    Proposals of plans after ``as_of_date`` are left alone.
    """
    said = f"{threshold:,.2f} {currency}"  # people read it in the order's annex
    parameters = {"as_of_date": as_of_date, "threshold": threshold, "said_threshold": said, "currency": currency}
    released = connection.execute(_statement("orders_release.sql"), parameters).fetchall()
    waiting = connection.execute(_statement("orders_wait.sql"), parameters).fetchall()
    return Releases(tuple(sorted(row[0] for row in released)), tuple(sorted(row[0] for row in waiting)))


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
        connection.execute(
            "update ops.purchase_orders set state = 'refused', updated_at = now() where po_number = %s", (po_number,)
        )
        _record(connection, (po_number, version, state, "refused", who, note))
        return "refused"
    if _is_recorded(connection, po_number, version, who, note):
        return "answered before"
    if counts:
        _record(connection, (po_number, version, state, state, who, note))
        return "no answer"
    why = f"version {present} stands" if version != present else f"it is {state}"
    _record(connection, (po_number, version, state, state, who, f"{note}; no effect, {why}"))
    return "older version" if version != present else "not waiting"


def _take_numbers(connection: psycopg.Connection, count: int) -> list[str]:
    """Return the next numbers of the series, without gaps: the series is locked until the orders commit with them."""
    if count == 0:
        return []
    connection.execute("insert into ops.number_series values (%s, 0) on conflict do nothing", (NUMBER_SERIES,))
    row = connection.execute(
        "update ops.number_series set last_number = last_number + %s where series = %s returning last_number",
        (count, NUMBER_SERIES),
    ).fetchone()
    last = int(row[0]) if row else 0
    return [f"PO-{number:06d}" for number in range(last - count + 1, last + 1)]


def _write_lines(connection: psycopg.Connection, orders: Sequence[tuple[str, int, ProposedOrder]]) -> None:
    statement = """
        copy ops.purchase_order_lines (
            po_number, version, line_number, sku, supplier_sku, units, pack_units, unit_cost, line_value, reason, terms
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for po_number, version, order in orders:
            for number, line in enumerate(order.lines, start=1):
                copy.write_row(
                    (po_number, version, number, line.sku, line.supplier_sku, line.units, line.pack_units,
                     line.unit_cost, line.line_value, line.reason, line.terms_json)
                )  # fmt: skip


def _write_events(connection: psycopg.Connection, events: Sequence[tuple[str, int, str | None, str, str]]) -> None:
    for po_number, version, from_state, to_state, note in events:
        _record(connection, (po_number, version, from_state, to_state, "plan", note))


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
