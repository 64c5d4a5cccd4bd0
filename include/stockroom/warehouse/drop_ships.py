"""Shoppers' orders that suppliers send themselves: what is to be passed on, and what became of what was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from stockroom.warehouse.built import are_built
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.orders import ProposedOrder, take_numbers, write_lines

SERIES, PREFIX = "drop_ship", "DS"
"""Numbers of their own, so that those of orders for stock keep to the plans that make them."""


@dataclass(frozen=True)
class OpenDropShip:
    """Units of one SKU of a shopper's order that no supplier was told of."""

    supplier_id: str
    location_id: str
    channel_id: str
    document_key: str
    sku: str
    units: int
    part_number: int
    supplier_sku: str | None
    pack_units: int | None
    unit_cost: Decimal | None
    """``None``: the supplier does not offer it."""
    currency: str
    exchange_rate: Decimal | None
    rate_date: date | None


@dataclass(frozen=True)
class LessWanted:
    """A line of a drop-ship order of which some line is wanted less."""

    po_number: str
    state: str
    channel_id: str
    order_name: str
    supplier_id: str
    line_number: int
    sku: str
    units: int
    units_rejected: int
    units_shipped: int
    units_wanted: int


@dataclass(frozen=True)
class FollowedDropShip:
    """A line that its supplier has and has not sent whole."""

    po_number: str
    supplier_id: str
    channel_id: str
    order_name: str
    sku: str
    units: int
    sent_at: datetime
    answered_at: datetime | None
    backorder_date: date | None
    units_backordered: int
    units_rejected: int
    units_shipped: int
    promised_date: date | None


def shops_clock(connection: psycopg.Connection) -> datetime:
    """Return what time it is by the shops' own clocks; by the warehouse's where none was read yet."""
    row = connection.execute("select max(read_at) from ops.stock_cursors").fetchone()
    return row[0] if row and row[0] else clock(connection)


def read_open(connection: psycopg.Connection, *, today: date, time_zone: str, currency: str) -> list[OpenDropShip]:
    """Return what is to be passed on, by shopper's order, supplier and SKU."""
    given = {"today": today, "time_zone": time_zone, "currency": currency}
    with connection.cursor(row_factory=class_row(OpenDropShip)) as cursor:
        return cursor.execute(_statement("drop_ships_open.sql"), given).fetchall()


def read_less_wanted(connection: psycopg.Connection, *, since: datetime) -> list[LessWanted]:
    """Return all lines of the orders of which shoppers cancelled something that was passed on."""
    with connection.cursor(row_factory=class_row(LessWanted)) as cursor:
        return cursor.execute(_statement("drop_ships_cancelled.sql"), {"since": since}).fetchall()


def read_followed(connection: psycopg.Connection, *, moment: datetime, time_zone: str) -> list[FollowedDropShip]:
    """Return what suppliers have not sent whole, by order and line."""
    with connection.cursor(row_factory=class_row(FollowedDropShip)) as cursor:
        return cursor.execute(
            _statement("drop_ships_followed.sql"), {"moment": moment, "time_zone": time_zone}
        ).fetchall()


def order_names(connection: psycopg.Connection, orders: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the number that shop and shopper know an order by; its channel's own key where none is told."""
    wanted = sorted(set(orders))
    names = {(channel, key): key.rpartition("/")[2] for channel, key in wanted}
    for channel in sorted({channel for channel, _ in wanted}):
        view = f"stg_{channel}__orders"
        if are_built(connection, f"staging.{view}"):
            asked = sql.SQL("select order_id, order_name from {} where order_id = any(%s) and order_name is not null")
            keys = [key for one, key in wanted if one == channel]
            rows = connection.execute(asked.format(sql.Identifier("staging", view)), (keys,))
            names |= {(channel, key): name for key, name in rows}
    return names


def pass_on(
    connection: psycopg.Connection,
    order: ProposedOrder,
    units: Sequence[OpenDropShip],
    *,
    order_name: str,
    today: date,
    kind: str,
) -> str:
    """Write one released order with its message, and that its units are passed on; return its number.

    The database refuses the same part a second time. The caller holds the turn (``plans.take_turns``) and commits.
    """
    [po_number] = take_numbers(connection, SERIES, PREFIX, 1)
    connection.execute(
        """
        insert into ops.purchase_orders
            (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256, requested_date,
             kind, exchange_rate, rate_date, changed_by, change_note)
        values (%s, %s, %s, %s, %s, 'proposed', %s, %s, null, 'drop_ship', %s, %s, 'policy', %s)
        """,
        (po_number, order.supplier_id, order.location_id, order.currency, today, order.value, order.lines_sha256,
         order.exchange_rate, order.rate_date, order.note),
    )  # fmt: skip
    write_lines(connection, [(po_number, 1, order)])
    connection.execute("update ops.purchase_orders set state = 'released' where po_number = %s", (po_number,))
    connection.cursor().executemany(
        """
        insert into ops.drop_ship_lines
            (channel_id, document_key, sku, supplier_id, part_number, po_number, order_name, units)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            (one.channel_id, one.document_key, one.sku, one.supplier_id, one.part_number, po_number, order_name,
             one.units)
            for one in units
        ],
    )  # fmt: skip
    connection.execute(
        "insert into ops.outbox (message_key, kind, subject_key, state) values (%s, %s, %s, 'pending')",
        (f"{kind}/{po_number}/v1", kind, f"{po_number}/v1"),
    )
    return po_number


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
