"""Purchase orders as a plan proposes them: numbered without gaps, and versioned until somebody lets them go.

What becomes of them stands in ``order_states`` (the moves that there are, each of which the database itself writes to
``ops.purchase_order_events``), ``order_release`` and ``order_answers``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import psycopg
from psycopg.rows import class_row

from stockroom.planning.central_buying import Place, split_line
from stockroom.warehouse.order_splits import write_splits

CENT = Decimal("0.01")
NUMBER_SERIES = "purchase_order"


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
    split_units: int = 0
    """Of a transfer: units that were bought where they leave, for where they go."""
    places: tuple[Place, ...] = ()
    """For whom it is bought, its ship-to first; none: for the ship-to alone."""
    number: int | None = None
    """That its supplier knows it by already, which answers, shipments and receipts name; ``None``: its place."""

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
    requested_date: date | None
    """``None``: as soon as possible."""
    lines: tuple[ProposedLine, ...]
    kind: Literal["purchase", "transfer", "drop_ship"] = "purchase"
    """``transfer``: between our own locations; the one that gives stands in the supplier's place.
    ``drop_ship``: from there to a shopper."""
    exchange_rate: Decimal | None = None
    """What one of the currency is worth in the base currency; ``None``: it is that, or nobody knows."""
    rate_date: date | None = None
    note: str = ""
    """What its events say besides: what is left out of it, and why."""
    is_date_wanted: bool = False
    """A buyer named the requested date; else it is the usual lead time's, which moves on every day."""

    @property
    def value(self) -> Decimal:
        """Return the sum of the lines."""
        return sum((line.line_value for line in self.lines), Decimal("0.00"))

    @property
    def numbered_lines(self) -> list[tuple[int, ProposedLine]]:
        """Return the lines with their numbers; where one was struck a number is missing."""
        return [(line.number or place, line) for place, line in enumerate(self.lines, start=1)]

    @property
    def lines_sha256(self) -> str:
        """Return a digest of what the supplier would read, and for whom it is; reasons change every day.

        They make no new version, nor does the usual date. A date that a buyer named does, and a split: what is on order
        where must be what the version says.
        """
        bought: list[list[object]] = [
            [line.sku, line.supplier_sku, line.units, line.pack_units, str(line.unit_cost.normalize()), *_shares(line)]
            for line in self.lines
        ]
        if self.is_date_wanted:
            bought.append(["wanted", str(self.requested_date)])
        return hashlib.sha256(json.dumps(bought).encode()).hexdigest()


def _shares(line: ProposedLine) -> list[list[str | int]]:
    shares = zip(line.places, split_line(line.units, line.places), strict=True) if line.places else ()
    found: list[list[str | int]] = [[place.location_id, int(turns.size)] for place, turns in shares]
    return [*found, ["split", line.split_units]] if line.split_units else found


@dataclass(frozen=True)
class Proposals:
    """What a plan did to the open proposals."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    cancelled: tuple[str, ...]


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
    is, waiting or not, and takes the present exchange rate; with other lines it becomes a new version and is proposed
    again. Open ones without need are cancelled.
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
    unchanged = [(old, order) for old, order in kept if old.lines_sha256 == order.lines_sha256]
    needless = [old for key, old in is_open.items() if key not in wanted]
    numbers = take_numbers(connection, NUMBER_SERIES, "PO", len(new))
    because = f"the plan of {plan_date}"
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.purchase_orders
                (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256, requested_date,
                 kind, exchange_rate, rate_date, changed_by, change_note)
            values (%s, %s, %s, %s, %s, 'proposed', %s, %s, %s, %s, %s, %s, 'plan', %s)
            """,
            [
                (number, order.supplier_id, order.location_id, order.currency, plan_date, order.value,
                 order.lines_sha256, order.requested_date, order.kind, order.exchange_rate, order.rate_date,
                 _said(because, order))
                for number, order in zip(numbers, new, strict=True)
            ],
        )  # fmt: skip
        cursor.executemany(
            """
            update ops.purchase_orders set
                version = version + 1, state = 'proposed', plan_date = %s, value = %s, lines_sha256 = %s,
                requested_date = %s, exchange_rate = %s, rate_date = %s, updated_at = now(), changed_by = 'plan',
                change_note = %s
            where po_number = %s and version = %s
            """,
            [
                (plan_date, order.value, order.lines_sha256, order.requested_date, order.exchange_rate, order.rate_date,
                 _said(f"{because} replaces version {old.version}", order), old.po_number, old.version)
                for old, order in changed
            ],
        )  # fmt: skip
        cursor.executemany(
            """
            update ops.purchase_orders set exchange_rate = %s, rate_date = %s
            where po_number = %s and rate_date is distinct from %s
            """,
            [(order.exchange_rate, order.rate_date, old.po_number, order.rate_date) for old, order in unchanged],
        )
        cursor.executemany(
            """
            update ops.purchase_orders
            set state = 'cancelled', plan_date = %s, updated_at = now(), changed_by = 'plan', change_note = %s
            where po_number = %s
            """,
            [(plan_date, f"{because} needs none of it any more", old.po_number) for old in needless],
        )
    write_lines(
        connection,
        [(number, 1, order) for number, order in zip(numbers, new, strict=True)]
        + [(old.po_number, old.version + 1, order) for old, order in changed],
    )
    return Proposals(
        created=tuple(numbers),
        changed=tuple(sorted(old.po_number for old, _ in changed)),
        unchanged=tuple(sorted(old.po_number for old, _ in unchanged)),
        cancelled=tuple(sorted(old.po_number for old in needless)),
    )


def _said(because: str, order: ProposedOrder) -> str:
    return f"{because}, {order.note}" if order.note else because


def take_numbers(connection: psycopg.Connection, series: str, prefix: str, count: int) -> list[str]:
    """Return the next numbers of the series, without gaps: the series is locked until the orders commit with them."""
    if count == 0:
        return []
    connection.execute("insert into ops.number_series values (%s, 0) on conflict do nothing", (series,))
    row = connection.execute(
        "update ops.number_series set last_number = last_number + %s where series = %s returning last_number",
        (count, series),
    ).fetchone()
    last = int(row[0]) if row else 0
    return [f"{prefix}-{number:06d}" for number in range(last - count + 1, last + 1)]


def write_lines(connection: psycopg.Connection, orders: Sequence[tuple[str, int, ProposedOrder]]) -> None:
    """Write the lines of orders by number and version; the caller commits."""
    statement = """
        copy ops.purchase_order_lines (
            po_number, version, line_number, sku, supplier_sku, units, pack_units, unit_cost, line_value, reason, terms,
            split_units
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for po_number, version, order in orders:
            for number, line in order.numbered_lines:
                copy.write_row(
                    (po_number, version, number, line.sku, line.supplier_sku, line.units, line.pack_units,
                     line.unit_cost, line.line_value, line.reason, line.terms_json, line.split_units)
                )  # fmt: skip
    write_splits(
        connection,
        [
            ((po_number, version, number), line.units, line.places)
            for po_number, version, order in orders
            for number, line in order.numbered_lines
            if line.places
        ],
    )
