"""A transfer order as our own locations use it: a slip with room for who picks and who receives, and a table."""

from __future__ import annotations

from collections.abc import Iterator

from stockroom.documents.barcode import code_128_widths
from stockroom.documents.locales import LOCALES
from stockroom.documents.purchase_orders import PurchaseOrder, party_as_printed, set_page
from stockroom.tabular.spreadsheet import Cell, csv_bytes
from stockroom.tabular.xlsx_writer import xlsx_bytes

_TEMPLATE = "transfer_slip.typ"
CSV_COLUMNS = (
    "po_number", "version", "from_location_id", "to_location_id", "ordered_date", "requested_date", "line_number",
    "sku", "description", "units", "picked_units", "received_units",
)  # fmt: skip


def transfer_slip_pdf(order: PurchaseOrder) -> bytes:
    """Return the slip as a tagged PDF; the same order gives the same bytes.

    Raises:
        UnprintableOrderError: the typesetter refuses what the order holds.
    """
    return set_page(_TEMPLATE, order, _as_printed(order))


def transfer_slip_csv(order: PurchaseOrder) -> bytes:
    """Return one row per line, columns ``CSV_COLUMNS``, the last two of which the locations fill in."""
    return csv_bytes(CSV_COLUMNS, _table(order))


def transfer_slip_xlsx(order: PurchaseOrder) -> bytes:
    """Return the same rows as a workbook; the same order gives the same bytes."""
    return xlsx_bytes(order.po_number, CSV_COLUMNS, _table(order))


def _table(order: PurchaseOrder) -> Iterator[tuple[Cell, ...]]:
    for line in order.lines:
        yield (
            order.po_number,
            order.version,
            order.supplier_id,
            order.ship_to_location_id,
            order.ordered_date,
            order.requested_date,
            line.line_number,
            line.sku,
            line.description,
            0 if order.is_cancelled else line.units,
            None,
            None,
        )


def _as_printed(order: PurchaseOrder) -> dict[str, object]:
    written = LOCALES[order.locale]
    return {
        "number": order.po_number,
        "barcode": code_128_widths(order.po_number),
        "version": str(order.version),
        "replaces": str(order.replaces) if order.replaces else "",
        "is_cancelled": order.is_cancelled,
        "is_released": order.release is not None,
        "authorised_by": order.release.authorised_by if order.release else "",
        "buyer": party_as_printed(order.buyer),
        "giver": party_as_printed(order.supplier),
        "giver_id": order.supplier_id,
        "taker": party_as_printed(order.ship_to),
        "taker_id": order.ship_to_location_id,
        "ordered": written.long_day(order.ordered_date),
        "requested": written.long_day(order.requested_date) if order.requested_date else "as soon as possible",
        "units": written.count(sum(line.units for line in order.lines)),
        "lines": [
            {
                "number": str(line.line_number),
                "sku": line.sku,
                "description": line.description,
                "units": written.count(line.units),
            }
            for line in order.lines
        ],
    }
