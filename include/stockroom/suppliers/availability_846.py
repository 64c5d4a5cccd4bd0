"""What suppliers have themselves, as X12 846: the units of each item that an order of today would get."""

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
from stockroom.x12 import DocumentMap, Element, Fault, Loop, SegmentMap

AVAILABLE = ("33", "17")
"""QTY01: available for sale, else on hand."""
EXPECTED = tuple(
    SegmentMap("DTM", (Element(2, "expected_date", kind="date"),), when={1: code}) for code in ("018", "169", "017")
)
"""The day on which it is there again."""

MAP = DocumentMap(
    code="846",
    name="inventory advice",
    header=Loop(
        "advice",
        begins=SegmentMap(
            "BIA",
            (
                Element(3, "reference"),
                Element(4, "date", kind="date", is_required=True),
                Element(5, "time", kind="time"),
            ),
        ),
        loops=(
            PARTIES,
            Loop(
                "lines",
                SegmentMap("LIN", pairs=(2, ITEM_NUMBERS)),
                EXPECTED,
                (
                    Loop(
                        "quantities",
                        SegmentMap(
                            "QTY",
                            (
                                Element(1, "kind", is_required=True),
                                Element(2, "units", kind="decimal", is_required=True),
                                Element(3, "unit", codes=PIECES, instead="send pieces (EA)"),
                            ),
                        ),
                        EXPECTED,
                    ),
                ),
                is_required=True,
            ),
            Loop("totals", SegmentMap("CTT", (Element(1, "lines", kind="whole"),))),
        ),
    ),
)


def rows_of(sent: Sent) -> list[Row]:
    """Return one row per item that the advice gives a quantity of."""
    lines = sent.document.loops.get("lines", [])
    check_lines(sent, lines)
    advice = sent.document.values
    rows = []
    for line in lines:
        quantities = {each.values.get("kind"): each for each in line.loops.get("quantities", [])}
        found = next((quantities[kind] for kind in AVAILABLE if kind in quantities), None)
        if found is None:
            sent.blame(Fault(line.segment, "no QTY says what is available; send it as 33", code="3"))
            continue
        days = [each.values["expected_date"] for each in (line, *quantities.values()) if "expected_date" in each.values]
        rows.append(
            Row(
                line.segment.number,
                {
                    "supplier_id": sent.supplier,
                    **item_of(sent, line),
                    "units": units_of(found),
                    "as_of": f"{advice.get('date', '')}T{advice.get('time', '00:00')}:00Z",
                    "expected_date": min(days, default=""),
                },
            )
        )
    return rows


AVAILABILITY_846 = SupplierDocument(MAP, rows_of)
