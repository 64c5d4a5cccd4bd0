"""What suppliers have sent, as X12 856: a shipment (S), its orders (O), their cartons (P) and items (I) as a tree."""

from __future__ import annotations

from stockroom.streams import Row
from stockroom.suppliers.documents import ITEM_NUMBERS, PARTIES, PIECES, Sent, SupplierDocument, item_of, units_of
from stockroom.x12 import DocumentMap, Element, Fault, Loop, Record, SegmentMap

ITEM = "I"
STATED_ABOVE = ("order_number", "carrier", "tracking", "shipped_date", "expected_date")
"""What an item takes from the nearest level above it that says so."""

MAP = DocumentMap(
    code="856",
    name="ship notice",
    header=Loop(
        "notice",
        begins=SegmentMap(
            "BSN",
            (
                Element(2, "shipment_id", is_required=True),
                Element(3, "date", kind="date", is_required=True),
                Element(4, "time", kind="time"),
            ),
        ),
        segments=(
            SegmentMap(
                "DTM", (Element(2, "shipped_date", kind="date"), Element(3, "time", kind="time")), when={1: "011"}
            ),
            SegmentMap("DTM", (Element(2, "expected_date", kind="date"),), when={1: "017"}),
            SegmentMap("DTM", (Element(2, "expected_date", kind="date"),), when={1: "067"}),
        ),
        loops=(
            Loop(
                "levels",
                SegmentMap(
                    "HL",
                    (
                        Element(1, "id", is_required=True),
                        Element(2, "parent"),
                        Element(3, "level", is_required=True),
                    ),
                ),
                (
                    SegmentMap("PRF", (Element(1, "order_number", is_required=True),)),
                    SegmentMap("LIN", (Element(1, "line_number"),), pairs=(2, ITEM_NUMBERS)),
                    SegmentMap(
                        "SN1",
                        (
                            Element(2, "units", kind="decimal", is_required=True),
                            Element(3, "unit", codes=PIECES, instead="send pieces (EA)"),
                        ),
                    ),
                    SegmentMap("TD5", (Element(3, "carrier"), Element(5, "carrier"))),
                    SegmentMap("REF", (Element(2, "tracking"),), when={1: "CN"}),
                    SegmentMap("REF", (Element(2, "tracking"),), when={1: "BM"}),
                    SegmentMap("DTM", (Element(2, "shipped_date", kind="date"),), when={1: "011"}),
                    SegmentMap("DTM", (Element(2, "expected_date", kind="date"),), when={1: "017"}),
                    SegmentMap("DTM", (Element(2, "expected_date", kind="date"),), when={1: "067"}),
                ),
                (PARTIES,),
                is_required=True,
            ),
            Loop("totals", SegmentMap("CTT", (Element(1, "lines", kind="whole"),))),
        ),
    ),
)


def rows_of(sent: Sent) -> list[Row]:
    """Return one row per item and carton."""
    levels = sent.document.loops.get("levels", [])
    by_id = {level.values["id"]: level for level in levels if "id" in level.values}
    rows = [_row(sent, level, _stated(level, by_id)) for level in levels if level.values.get("level") == ITEM]
    if not rows:
        sent.blame(Fault(sent.document.segment, "no HL of an item (I) came with it; send what is in the shipment"))
    return rows


def _stated(level: Record, by_id: dict[str, Record]) -> dict[str, str]:
    """Return what a level and those above it say; parents that lead in a circle end it."""
    stated: dict[str, str] = {}
    seen: set[str] = set()
    above: Record | None = level
    while above is not None and above.values.get("id", "") not in seen:
        seen.add(above.values.get("id", ""))
        for name in STATED_ABOVE:
            if name in above.values:
                stated.setdefault(name, above.values[name])
        above = by_id.get(above.values.get("parent", ""))
    return stated


def _row(sent: Sent, item: Record, stated: dict[str, str]) -> Row:
    """Return a row in the columns of the CSV files."""
    notice = sent.document.values
    if "order_number" not in stated:
        sent.blame(Fault(item.segment, "no PRF names the order that this item belongs to; send it in the HL above"))
    if "units" not in item.values:
        sent.blame(Fault(item.segment, "no SN1 says how many units of this item were sent; send it", code="3"))
    shipped_date = stated.get("shipped_date") or notice.get("shipped_date") or notice.get("date", "")
    return Row(
        item.segment.number,
        {
            "supplier_id": sent.supplier,
            "shipment_id": notice.get("shipment_id", ""),
            "order_number": stated.get("order_number", ""),
            "line_number": item.values.get("line_number", ""),
            **item_of(sent, item),
            "units": units_of(item),
            "shipped_at": f"{shipped_date}T{notice.get('time', '00:00')}:00Z",
            "expected_date": stated.get("expected_date", notice.get("expected_date", "")),
            "carrier": stated.get("carrier", ""),
            "tracking": stated.get("tracking", ""),
        },
    )


SHIPMENT_856 = SupplierDocument(MAP, rows_of)
