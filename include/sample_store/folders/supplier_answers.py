"""What suppliers leave in the folder once they have read an order: answers, shipments, invoices, their own stock.

Some write X12, the others files; one says nothing at all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from sample_store.folders import supplier_x12
from sample_store.local_time import DAY_SECONDS, iso, local_date, local_moment, midnight
from sample_store.world import answers
from sample_store.world.build import World
from sample_store.world.suppliers import SUPPLIERS, Supplier

ACKNOWLEDGEMENT_HEADER = (
    "supplier_id", "order_number", "line_number", "supplier_sku", "status", "units", "unit_price", "promised_date",
    "acknowledged_at",
)  # fmt: skip
SHIPMENT_HEADER = (
    "supplier_id", "shipment_id", "order_number", "line_number", "supplier_sku", "units", "shipped_at", "expected_date",
    "carrier", "tracking",
)  # fmt: skip
INVOICE_HEADER = (
    "supplier_id", "invoice_number", "order_number", "line_number", "supplier_sku", "units", "unit_price", "currency",
    "invoiced_at",
)  # fmt: skip
ADVICE_HOUR = 18


class Line(NamedTuple):
    """One line of an order that came through the inbox."""

    number: int
    product: int
    units: int
    pence: int


class Order(NamedTuple):
    """An order that came through the inbox."""

    po_number: str
    supplier: Supplier
    placed_at: int
    answered_at: int
    lines: tuple[Line, ...]


def answers_of_day(world: World, day: date) -> dict[str, bytes]:
    """Return what suppliers write on a local day: path below the root to content."""
    start, stop = midnight(day), midnight(day + timedelta(days=1))
    files: dict[str, bytes] = {}
    for order in _orders(world):
        if order.supplier.supplier_id == answers.SILENT_SUPPLIER:
            continue
        if start <= order.answered_at < stop:
            files |= _acknowledgement(world, order)
        if order.supplier.supplier_id in answers.TELL_WHAT_THEY_SENT:
            files |= _shipments(world, order, start, stop)
    return files | _advice(world, day)


def _orders(world: World) -> Iterator[Order]:
    table = world.purchases
    rows = np.flatnonzero(table.is_ours)
    numbers = table.po_number[rows]
    for po_number in np.unique(numbers):
        own = rows[numbers == po_number]
        supplier, placed_at = SUPPLIERS[int(table.supplier[own[0]])], int(table.ordered_at[own[0]])
        yield Order(
            str(po_number),
            supplier,
            placed_at,
            answers.answered_at(supplier.supplier_id, str(po_number), placed_at),
            tuple(
                Line(
                    int(table.line_number[row]),
                    int(table.product[row]),
                    int(table.units[row]),
                    int(table.unit_cost_pence[row]),
                )
                for row in own
            ),
        )


def _acknowledgement(world: World, order: Order) -> dict[str, bytes]:
    supplier, ordered = order.supplier, local_date(order.placed_at)
    parts: list[tuple[Line, str, int, date]] = []
    for line in order.lines:
        product = world.products[line.product]
        said = answers.answer(
            supplier.supplier_id,
            order.po_number,
            line.number,
            product.sku,
            line.units,
            product.pack_units,
            ordered=ordered,
            quoted=supplier.quoted_lead_time_days,
        )
        if said.units:
            status = "accepted" if said.units + said.later_units == line.units else "changed_quantity"
            parts.append((line, status, said.units, said.promised_on))
        if said.later_units:
            parts.append((line, "backordered", said.later_units, said.later_on))
    if supplier.supplier_id in answers.BY_X12:
        codes = {"accepted": "IA", "changed_quantity": "IQ", "backordered": "IB"}
        by_x12 = [
            (
                str(line.number),
                str(line.units),
                f"{line.pence / 100:.2f}",
                world.products[line.product].supplier_sku,
                codes[status],
                str(units),
                supplier_x12.day_of(promised),
            )
            for line, status, units, promised in parts
        ]
        content = supplier_x12.acknowledgement(supplier, order.answered_at, order.po_number, ordered, by_x12)
        return {f"suppliers/855-{order.po_number}.edi": content}
    rows = [
        (
            supplier.supplier_id,
            order.po_number,
            line.number,
            world.products[line.product].supplier_sku,
            status,
            units,
            f"{line.pence / 100:.2f}",
            promised.isoformat(),
            iso(order.answered_at),
        )
        for line, status, units, promised in parts
    ]
    return {f"suppliers/acknowledgements-{order.po_number}.csv": _csv(ACKNOWLEDGEMENT_HEADER, rows)}


def _shipments(world: World, order: Order, start: int, stop: int) -> dict[str, bytes]:
    """Return notices and invoices of what leaves within a day."""
    table, supplier = world.receipts, order.supplier
    arrivals = np.flatnonzero(table.po_number == order.po_number)
    by_line = {line.number: line for line in order.lines}
    files: dict[str, bytes] = {}
    for shipment_id, at in sorted({(str(table.shipment_id[row]), int(table.at[row])) for row in arrivals}):
        days = (at - order.placed_at) // DAY_SECONDS
        left = answers.shipped_on(order.answered_at, at, days)
        if not start <= left < stop:
            continue
        of_it = [row for row in arrivals if str(table.shipment_id[row]) == shipment_id and int(table.at[row]) == at]
        items = [(by_line[int(table.line_number[row])], int(table.units[row])) for row in of_it]
        if supplier.supplier_id in answers.BY_X12:
            files |= _sent_by_x12(world, order, left, at, shipment_id, items)
        else:
            files |= _sent_by_file(world, order, left, at, shipment_id, items)
    return files


def _sent_by_x12(
    world: World, order: Order, left: int, at: int, own_id: str, items: Sequence[tuple[Line, int]]
) -> dict[str, bytes]:
    numbered = [(str(line.number), world.products[line.product].supplier_sku, str(units)) for line, units in items]
    expected = answers.expected_on(own_id, at)
    charged = [
        (*entry, answers.charged_pence(order.supplier.supplier_id, order.po_number, line.number, line.pence))
        for entry, (line, _) in zip(numbered, items, strict=True)
    ]
    return {
        f"suppliers/856-{own_id}.edi": supplier_x12.ship_notice(
            order.supplier, left, order.po_number, own_id, expected, numbered
        ),
        f"suppliers/810-{own_id}.edi": supplier_x12.invoice(
            order.supplier, left, order.po_number, _invoice_number(own_id), charged
        ),
    }


def _sent_by_file(
    world: World, order: Order, left: int, at: int, own_id: str, items: Sequence[tuple[Line, int]]
) -> dict[str, bytes]:
    supplier, expected = order.supplier, answers.expected_on(own_id, at).isoformat()
    sent, charged = [], []
    for line, units in items:
        number = world.products[line.product].supplier_sku
        pence = answers.charged_pence(supplier.supplier_id, order.po_number, line.number, line.pence)
        head = (supplier.supplier_id, own_id, order.po_number, line.number, number, units)
        sent.append((*head, iso(left), expected, supplier.ship_via, own_id[-9:]))
        charged.append((head[0], _invoice_number(own_id), *head[2:], f"{pence / 100:.2f}", "GBP", iso(left)))
    return {
        f"suppliers/shipments-{own_id}.csv": _csv(SHIPMENT_HEADER, sent),
        f"suppliers/invoices-{own_id}.csv": _csv(INVOICE_HEADER, charged),
    }


def _invoice_number(shipment_id: str) -> str:
    return shipment_id.replace("SH-PO-", "INV-")


def _advice(world: World, day: date) -> dict[str, bytes]:
    """Return what the supplier that tells its stock says on a Monday evening."""
    if day < answers.TELLS_ITS_STOCK_FROM or day.weekday() != 0:
        return {}
    supplier = next(each for each in SUPPLIERS if each.supplier_id == answers.TELLS_ITS_STOCK)
    items = [
        (
            product.supplier_sku,
            answers.units_there(product.sku, day),
            supplier_x12.day_of(answers.back_on(day)) if answers.is_out(product.sku, day) else "",
        )
        for product in world.products
        if product.supplier_id == supplier.supplier_id
    ]
    content = supplier_x12.inventory_advice(supplier, local_moment(day, ADVICE_HOUR), items)
    return {f"suppliers/846-{supplier.supplier_id}-{day}.edi": content}


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()
