"""What suppliers say to an order, as X12 855: line by line, or in one word for all of it."""

from __future__ import annotations

from stockroom.streams import Row
from stockroom.suppliers.documents import ITEM_NUMBERS, PARTIES, PIECES, Sent, SupplierDocument, check_lines, units_of
from stockroom.x12 import DocumentMap, Element, Loop, Record, SegmentMap

WHOLE_ORDER = "0"
"""The line number of an answer to all lines of an order at once."""
ACCEPTED, REJECTED, BACKORDERED = "accepted", "rejected", "backordered"
CHANGED_QUANTITY, CHANGED_PRICE, CHANGED_DATE = "changed_quantity", "changed_price", "changed_date"
STATUSES = (ACCEPTED, CHANGED_QUANTITY, CHANGED_PRICE, CHANGED_DATE, REJECTED, BACKORDERED)

OF_ORDER = {
    "AC": "",
    "AD": ACCEPTED,
    "AE": "",
    "AK": ACCEPTED,
    "AP": ACCEPTED,
    "AT": ACCEPTED,
    "RD": "",
    "RJ": REJECTED,
}
OF_LINE = {
    "AC": ACCEPTED,
    "AR": ACCEPTED,
    "BP": BACKORDERED,
    "DR": CHANGED_DATE,
    "IA": ACCEPTED,
    "IB": BACKORDERED,
    "IC": "",
    "ID": REJECTED,
    "IE": ACCEPTED,
    "IF": BACKORDERED,
    "IH": BACKORDERED,
    "IP": CHANGED_PRICE,
    "IQ": CHANGED_QUANTITY,
    "IR": REJECTED,
    "R1": REJECTED,
    "R2": REJECTED,
    "R3": REJECTED,
}
"""IC says that something was changed, and leaves it to the line to show what."""
DATES = tuple(
    SegmentMap("DTM", (Element(2, "promised_date", kind="date"),), when={1: code})
    for code in ("067", "017", "068", "010")
)
"""Delivery as scheduled, as estimated, or the day on which it ships."""

MAP = DocumentMap(
    code="855",
    name="order acknowledgement",
    header=Loop(
        "acknowledgement",
        begins=SegmentMap(
            "BAK",
            (
                Element(2, "answer", is_required=True, codes=OF_ORDER),
                Element(3, "order_number", is_required=True),
                Element(9, "acknowledged_date", kind="date"),
            ),
        ),
        loops=(
            PARTIES,
            Loop(
                "lines",
                SegmentMap(
                    "PO1",
                    (
                        Element(1, "line_number", kind="whole", is_required=True),
                        Element(2, "ordered", kind="decimal"),
                        Element(3, "unit", codes=PIECES, instead="answer in pieces (EA)"),
                        Element(4, "unit_price", kind="decimal"),
                    ),
                    pairs=(6, ITEM_NUMBERS),
                ),
                DATES,
                (
                    Loop(
                        "parts",
                        SegmentMap(
                            "ACK",
                            (
                                Element(1, "status", is_required=True, codes=OF_LINE),
                                Element(2, "units", kind="decimal"),
                                Element(3, "unit", codes=PIECES, instead="answer in pieces (EA)"),
                                Element(5, "promised_date", kind="date"),
                            ),
                        ),
                        DATES,
                    ),
                ),
            ),
            Loop("totals", SegmentMap("CTT", (Element(1, "lines", kind="whole"),))),
        ),
    ),
)


def rows_of(sent: Sent) -> list[Row]:
    """Return one row for each part of a line that is answered in its own way, or one for the whole order."""
    lines = sent.document.loops.get("lines", [])
    check_lines(sent, lines)
    answer = OF_ORDER[sent.document.values["answer"]] if "answer" in sent.document.values else ""
    if not lines:
        if not answer:
            sent.blame(
                sent.document.fault("answer", "says that lines differ, and none came; send each as PO1 with its ACK")
            )
        return [_row(sent, sent.document, line_number=WHOLE_ORDER, status=answer)]
    rows = []
    for line in lines:
        common = {
            "line_number": line.values.get("line_number", ""),
            "supplier_sku": line.values.get("supplier_sku", ""),
            "sku": line.values.get("sku", ""),
            "unit_price": line.values.get("unit_price", ""),
        }
        of_line = line.values.get("promised_date", "")
        for part in line.loops.get("parts", []):
            units = units_of(part) or units_of(line, "ordered")
            promised = part.values.get("promised_date", of_line)
            status = _status(line, part, units, promised)
            if status == BACKORDERED and units == "0":  # nothing of it is there now: all that is left comes later
                units = ""
            rows.append(_row(sent, part, **common, status=status, units=units, promised_date=promised))
        if "parts" not in line.loops:
            units = units_of(line, "ordered")
            rows.append(_row(sent, line, **common, status=answer or ACCEPTED, units=units, promised_date=of_line))
    return rows


def _status(line: Record, part: Record, units: str, promised: str) -> str:
    if said := OF_LINE.get(part.values.get("status", ""), ""):
        return said
    if units != units_of(line, "ordered"):
        return CHANGED_QUANTITY
    return CHANGED_DATE if promised else CHANGED_PRICE


def _row(sent: Sent, at: Record, **values: str) -> Row:
    """Return a row in the columns of the CSV files."""
    day = sent.document.values.get("acknowledged_date")
    return Row(
        at.segment.number,
        {
            "supplier_id": sent.supplier,
            "order_number": sent.document.values.get("order_number", ""),
            "line_number": "",
            "supplier_sku": "",
            "sku": "",
            "status": "",
            "units": "",
            "unit_price": "",
            "promised_date": "",
            # The day that the answer states, at the time at which it was sent.
            "acknowledged_at": f"{day}{sent.sent_at[10:]}" if day else sent.sent_at,
            **values,
        },
    )


ACKNOWLEDGEMENT_855 = SupplierDocument(MAP, rows_of)
