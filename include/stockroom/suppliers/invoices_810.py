"""What suppliers charge, as X12 810: one invoice for one order, line by line."""

from __future__ import annotations

from stockroom.streams import Row
from stockroom.suppliers.documents import (
    ITEM_NUMBERS,
    PARTIES,
    PIECES,
    Sent,
    SupplierDocument,
    check_lines,
    item_of,
    units_of,
)
from stockroom.x12 import DocumentMap, Element, Loop, SegmentMap

PER_PIECE = {"PE": "price per each", "CA": "", "CP": "", "CT": "", "LE": "", "TE": "", "UM": "", "WE": ""}

MAP = DocumentMap(
    code="810",
    name="invoice",
    header=Loop(
        "invoice",
        begins=SegmentMap(
            "BIG",
            (
                Element(1, "invoiced_date", kind="date", is_required=True),
                Element(2, "invoice_number", is_required=True),
                Element(4, "order_number", is_required=True, instead="name the order that it charges"),
            ),
        ),
        segments=(SegmentMap("CUR", (Element(2, "currency"),)),),
        loops=(
            PARTIES,
            Loop(
                "lines",
                SegmentMap(
                    "IT1",
                    (
                        Element(1, "line_number"),
                        Element(2, "units", kind="decimal", is_required=True),
                        Element(3, "unit", codes=PIECES, instead="charge pieces (EA)"),
                        Element(4, "unit_price", kind="decimal", is_required=True),
                        Element(5, "price_basis", codes=PER_PIECE, instead="send the price per each (PE)"),
                    ),
                    pairs=(6, ITEM_NUMBERS),
                ),
                is_required=True,
            ),
            Loop("totals", SegmentMap("CTT", (Element(1, "lines", kind="whole"),))),
        ),
    ),
)


def rows_of(sent: Sent) -> list[Row]:
    """Return one row per line that is charged."""
    lines = sent.document.loops.get("lines", [])
    check_lines(sent, lines)
    head = sent.document.values
    return [
        Row(
            line.segment.number,
            {
                "supplier_id": sent.supplier,
                "invoice_number": head.get("invoice_number", ""),
                "order_number": head.get("order_number", ""),
                "line_number": line.values.get("line_number", ""),
                **item_of(sent, line),
                "units": units_of(line),
                "unit_price": line.values.get("unit_price", ""),
                "currency": head.get("currency", ""),
                "invoiced_at": f"{head.get('invoiced_date', '')}T00:00:00Z",
            },
        )
        for line in lines
    ]


INVOICE_810 = SupplierDocument(MAP, rows_of)
