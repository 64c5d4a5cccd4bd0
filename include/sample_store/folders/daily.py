"""The files of one day: what each outside system leaves in its folder the night after."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from sample_store.draws import choice, uniform
from sample_store.folders.edi_orders import interchange, orders_by_x12
from sample_store.folders.spreadsheet import Cell, workbook
from sample_store.folders.supplier_answers import answers_of_day
from sample_store.local_time import iso, local_date, local_minute, midnight
from sample_store.world.build import World
from sample_store.world.places import LOCATIONS, MANCHESTER
from sample_store.world.suppliers import SUPPLIERS
from sample_store.world.tables import Column

WHOLESALE_HEADER = [
    "order_number",
    "line",
    "ordered_at",
    "customer_ref",
    "country",
    "ship_from",
    "sku",
    "description",
    "quantity",
    "unit_price",
    "currency",
]
ADJUSTMENT_HEADER = ["adjustment_id", "occurred_at", "location", "sku", "units", "reason"]
RECEIPT_HEADER = ["receipt_id", "shipment_id", "po_number", "line_number", "location", "sku", "units", "received_at"]
PURCHASE_HEADER = [
    "po_number",
    "line_number",
    "supplier_id",
    "ship_to",
    "sku",
    "units",
    "unit_cost",
    "currency",
    "ordered_at",
    "requested_date",
    "promised_date",
]
BACKORDER_HEADER = ["po_number", "line_number", "sku", "units_backordered", "noted_at", "new_promised_date"]
REQUEST_HEADER = ["request_id", "email", "phone", "sku", "quantity", "requested_at", "consent_version"]

FIRST_NAMES = (
    "Ada",
    "Ben",
    "Carys",
    "Dev",
    "Eira",
    "Finn",
    "Grace",
    "Hugo",
    "Isla",
    "Jonah",
    "Kezia",
    "Leo",
    "Mina",
    "Noor",
    "Omar",
    "Priya",
    "Rhys",
    "Saskia",
    "Tom",
    "Una",
)
LAST_NAMES = (
    "Abbott",
    "Bright",
    "Carver",
    "Dunne",
    "Ellis",
    "Frost",
    "Gale",
    "Hurst",
    "Inman",
    "Joyce",
    "Keane",
    "Lowe",
    "Marsh",
    "Noble",
    "Orme",
    "Pike",
    "Quill",
    "Reed",
)


def files_of_day(world: World, day: date) -> dict[str, bytes]:
    """Return the files that appear once a local day is over: path below the root to content; no empty ones."""
    start, stop = midnight(day), midnight(day + timedelta(days=1))
    files: dict[str, bytes] = {}
    wholesale = _wholesale_rows(world, start, stop)
    by_x12, by_file = orders_by_x12([row for uk, row in wholesale if uk])
    for customer, orders in by_x12.items():
        files[f"wholesale/850-{customer}-{day}.edi"] = interchange(customer, day, orders)
    _keep(files, f"wholesale/orders-{day}.csv", WHOLESALE_HEADER, by_file)
    abroad = [row for uk, row in wholesale if not uk]
    if abroad:
        files[f"wholesale/orders-eu-{day}.xlsx"] = workbook("orders", WHOLESALE_HEADER, abroad)
    _keep(files, f"wms/adjustments-{day}.csv", ADJUSTMENT_HEADER, _adjustment_rows(world, start, stop))
    _keep(files, f"wms/receipts-{day}.csv", RECEIPT_HEADER, _receipt_rows(world, start, stop))
    _keep(files, f"suppliers/purchase_orders-{day}.csv", PURCHASE_HEADER, _purchase_rows(world, start, stop))
    _keep(files, f"suppliers/backorders-{day}.csv", BACKORDER_HEADER, _backorder_rows(world, start, stop))
    _keep(files, f"waitlist/requests-{day}.csv", REQUEST_HEADER, _request_rows(world, start, stop))
    return files | answers_of_day(world, day)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file in UTF-8 with a header line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def _keep(files: dict[str, bytes], name: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    if rows:
        files[name] = csv_bytes(header, rows)


def _span(column: Column, start: int, stop: int) -> range:
    """Return the rows of a sorted column of moments that fall into a day."""
    first, last = np.searchsorted(column, [start, stop])
    return range(int(first), int(last))


def _wholesale_rows(world: World, start: int, stop: int) -> list[tuple[bool, list[Cell]]]:
    """Return (ships from Manchester, row): the line number counts inside one day's file and order, repeats included."""
    table = world.wholesale
    line_of: dict[str, int] = {}
    rows: list[tuple[bool, list[Cell]]] = []
    for each in _span(table.at, start, stop):
        invoice = str(table.invoice[each])
        line_of[invoice] = line_of.get(invoice, 0) + 1
        location = int(table.location[each])
        customer = int(table.customer[each])
        row: list[Cell] = [
            invoice,
            line_of[invoice],
            local_minute(int(table.at[each])),
            str(customer) if customer else "",
            str(table.country[each]),
            LOCATIONS[location].location_id,
            str(table.code[each]),
            str(table.description[each]),
            int(table.units[each]),
            float(table.unit_price[each]),
            "GBP",
        ]
        rows.append((str(table.country[each]) == "United Kingdom" and location == MANCHESTER, row))
    return rows


def _adjustment_rows(world: World, start: int, stop: int) -> list[list[Cell]]:
    """Return what was found, written off or came back; what one line of the source did twice has two ids."""
    table = world.adjustments
    seen: Counter[int] = Counter()

    def own_id(source_row: int) -> str:
        seen[source_row] += 1
        return f"ADJ-{source_row:07}" + (f"-{seen[source_row]}" if seen[source_row] > 1 else "")

    return [
        [
            own_id(int(table.source_row[each])),
            iso(int(table.at[each])),
            LOCATIONS[int(table.location[each])].location_id,
            str(table.sku[each]),
            int(table.units[each]),
            str(table.reason[each]),
        ]
        for each in _span(table.at, start, stop)
    ]


def _receipt_rows(world: World, start: int, stop: int) -> list[list[Cell]]:
    table = world.receipts
    return [
        [
            str(table.receipt_id[each]),
            str(table.shipment_id[each]),
            str(table.po_number[each]),
            int(table.line_number[each]),
            LOCATIONS[int(table.location[each])].location_id,
            world.products[int(table.product[each])].sku,
            int(table.units[each]),
            iso(int(table.at[each])),
        ]
        for each in _span(table.at, start, stop)
    ]


def _purchase_rows(world: World, start: int, stop: int) -> list[list[Cell]]:
    table = world.purchases
    return [
        [
            str(table.po_number[each]),
            int(table.line_number[each]),
            SUPPLIERS[int(table.supplier[each])].supplier_id,
            LOCATIONS[int(table.location[each])].location_id,
            world.products[int(table.product[each])].sku,
            int(table.units[each]),
            f"{int(table.unit_cost_pence[each]) / 100:.2f}",
            "GBP",
            iso(int(table.ordered_at[each])),
            str(table.promised_on[each]),
            str(table.promised_on[each]),
        ]
        for each in _span(table.ordered_at, start, stop)
        if not table.is_ours[each]
    ]


def _backorder_rows(world: World, start: int, stop: int) -> list[list[Cell]]:
    table = world.backorders
    return [
        [
            str(table.po_number[each]),
            int(table.line_number[each]),
            world.products[int(table.product[each])].sku,
            int(table.units[each]),
            iso(int(table.noted_at[each])),
            str(table.promised_on[each]),
        ]
        for each in _span(table.noted_at, start, stop)
    ]


def _request_rows(world: World, start: int, stop: int) -> list[list[Cell]]:
    """Return who asked to be told: invented people, some with a phone number, all at ``.example`` domains."""
    table = world.requests
    rows: list[list[Cell]] = []
    for each in _span(table.at, start, stop):
        source_row = int(table.source_row[each])
        person = int(uniform("person", source_row) * 900)
        first, last = choice(FIRST_NAMES, "first name", person), choice(LAST_NAMES, "last name", person)
        rows.append(
            [
                f"W-{source_row:07}",
                f"{first}.{last}{person}@{choice(('post', 'mail', 'home'), 'domain', person)}.example".lower(),
                f"+447700900{person:03}" if uniform("phone", person) < 0.2 else "",
                world.products[int(table.product[each])].sku,
                min(int(table.units[each]), 24),
                iso(int(table.at[each])),
                "2010-11" if local_date(int(table.at[each])) < date(2011, 3, 1) else "2011-03",
            ]
        )
    return rows
