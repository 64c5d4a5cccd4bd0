"""What suppliers answer: to an order (855), of a shipment (856), with an invoice (810), of their own stock (846).

Each kind comes as CSV, XLSX, JSON or X12 and ends in the same rows; what a program says of our X12 (997) is X12 alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import BadRow, Part, Row, Stream, may_be_blank, needs
from stockroom.suppliers.acknowledgements_855 import ACKNOWLEDGEMENT_855, STATUSES
from stockroom.suppliers.availability_846 import AVAILABILITY_846
from stockroom.suppliers.documents import SupplierDocument
from stockroom.suppliers.invoices_810 import INVOICE_810
from stockroom.suppliers.receipts_997 import answer_nothing, read_receipts
from stockroom.suppliers.shipments_856 import SHIPMENT_856
from stockroom.tabular import FileStream, read_rows

# What was said by a day is what that day is planned with. A document that is sent again replaces the earlier one whole,
# which is why the keys name documents and not lines.
ACKNOWLEDGEMENTS = Stream(
    "suppliers",
    "acknowledgements",
    key=("supplier_id", "order_number", "line_number"),
    about="What a supplier says to a line of an order, 0 for all of it; key: supplier_id/order_number/line_number",
    checks=(
        Part(
            (
                *needs("line_number", kind="number"),
                *may_be_blank("units", kind="units"),
                *may_be_blank("unit_price", kind="price"),
                *may_be_blank("promised_date", kind="day"),
                *needs("acknowledged_at", kind="moment"),
            )
        ),
    ),
    is_history=True,
)
SHIPMENTS = Stream(
    "suppliers",
    "shipments",
    key=("supplier_id", "shipment_id"),
    about="An item of a shipment that a supplier has sent; key: supplier_id/shipment_id",
    checks=(
        Part(
            (
                *may_be_blank("line_number", kind="number"),
                *needs("units", kind="units"),
                *needs("shipped_at", kind="moment"),
                *may_be_blank("expected_date", kind="day"),
            )
        ),
    ),
    is_history=True,
)
INVOICES = Stream(
    "suppliers",
    "invoices",
    key=("supplier_id", "invoice_number"),
    about="A line that a supplier charges; key: supplier_id/invoice_number",
    checks=(
        Part(
            (
                *may_be_blank("line_number", kind="number"),
                *needs("units", kind="units"),
                *needs("unit_price", kind="price"),
                *needs("invoiced_at", kind="moment"),
            )
        ),
    ),
    is_history=True,
)
AVAILABILITY = Stream(
    "suppliers",
    "availability",
    key=("supplier_id", "supplier_sku"),
    about="What a supplier has of an item; key: supplier_id/supplier_sku",
    checks=(
        Part(
            (
                *needs("units", kind="units"),
                *needs("as_of", kind="past_moment"),
                *may_be_blank("expected_date", kind="day"),
            )
        ),
    ),
    is_history=True,
)
ORDER_RECEIPTS = Stream(
    "suppliers",
    "order_receipts",
    key=("sender", "group_kind", "group_control"),
    about="What the 997 of a supplier says of an interchange that we sent; key: sender/group_kind/group_control",
    checks=(Part((*needs("group_control", kind="number"), *needs("said_at", kind="moment"))),),
    is_history=True,
)

ACKNOWLEDGEMENT_COLUMNS = (
    "supplier_id",
    "order_number",
    "line_number",
    "supplier_sku",
    "status",
    "units",
    "unit_price",
    "promised_date",
    "acknowledged_at",
)
SHIPMENT_COLUMNS = (
    "supplier_id",
    "shipment_id",
    "order_number",
    "supplier_sku",
    "units",
    "shipped_at",
    "expected_date",
    "carrier",
    "tracking",
)
INVOICE_COLUMNS = (
    "supplier_id",
    "invoice_number",
    "order_number",
    "supplier_sku",
    "units",
    "unit_price",
    "currency",
    "invoiced_at",
)
AVAILABILITY_COLUMNS = ("supplier_id", "supplier_sku", "units", "as_of", "expected_date")
ORDER_RECEIPT_COLUMNS = ("sender", "group_kind", "group_control", "verdict", "says", "said_at")
TABLES = ("csv", "xlsx", "json")
# Beside them each may hold sku, our own number of the item, and shipments and invoices line_number.


def read_acknowledgements(path: Path, file_name: str, _settings: Settings) -> Iterator[Row | BadRow]:
    """Yield the rows of a CSV, XLSX or JSON file whose status is a word that is known.

    Raises:
        RefusedFileError: the file cannot be read at all.
    """
    for row in read_rows(path, columns=ACKNOWLEDGEMENT_COLUMNS, file_name=file_name):
        status = "" if isinstance(row, BadRow) else str(row.document["status"]).strip().lower().replace(" ", "_")
        if isinstance(row, BadRow):
            yield row
        elif status in STATUSES:
            yield Row(row.line_number, {**row.document, "status": status})
        else:
            said = f"status {row.document['status']!r} says nothing; write one of {', '.join(STATUSES)}"
            yield BadRow(row.line_number, ",".join(map(str, row.document.values())), said)


def _tables(stream: Stream, name: str, columns: tuple[str, ...]) -> tuple[FileStream, ...]:
    return tuple(FileStream(stream, pattern=f"{name}-*.{ending}", columns=columns) for ending in TABLES)


def _x12(stream: Stream, document: SupplierDocument, columns: tuple[str, ...]) -> tuple[FileStream, ...]:
    return tuple(
        FileStream(
            stream,
            pattern=f"{document.map.code}*.{ending}",
            columns=columns,
            reader=document.read,
            answers=document.answers,
        )
        for ending in ("edi", "x12")
    )


ANSWERS = (
    *(
        FileStream(
            ACKNOWLEDGEMENTS,
            pattern=f"acknowledgements-*.{ending}",
            columns=ACKNOWLEDGEMENT_COLUMNS,
            reader=read_acknowledgements,
        )
        for ending in TABLES
    ),
    *_x12(ACKNOWLEDGEMENTS, ACKNOWLEDGEMENT_855, ACKNOWLEDGEMENT_COLUMNS),
    *_tables(SHIPMENTS, "shipments", SHIPMENT_COLUMNS),
    *_x12(SHIPMENTS, SHIPMENT_856, SHIPMENT_COLUMNS),
    *_tables(INVOICES, "invoices", INVOICE_COLUMNS),
    *_x12(INVOICES, INVOICE_810, INVOICE_COLUMNS),
    *_tables(AVAILABILITY, "availability", AVAILABILITY_COLUMNS),
    *_x12(AVAILABILITY, AVAILABILITY_846, AVAILABILITY_COLUMNS),
    *(
        FileStream(
            ORDER_RECEIPTS,
            pattern=f"997*.{ending}",
            columns=ORDER_RECEIPT_COLUMNS,
            reader=read_receipts,
            answers=answer_nothing,
        )
        for ending in ("edi", "x12")
    ),
)
