"""Purchase orders of wholesale customers as X12 850: read as rows of the same shape as those of the CSV files.

An order is taken whole or not at all: its customer is told by a 997 which, and where it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import BadRow, Row
from stockroom.x12 import (
    DocumentMap,
    Element,
    Fault,
    Interchange,
    Loop,
    Record,
    SegmentMap,
    Transaction,
    acknowledge,
    read_document,
    read_interchanges,
)
from stockroom.x12.envelope import bad_row

ACKNOWLEDGEMENTS = "FA"
"""Groups of 997s that answer what we sent; they are no orders, and are not answered."""
PIECES = {"EA": "each", "PC": "piece", "UN": "unit"}
PER_PIECE = {"PE": "price per each", "CA": "", "CP": "", "CT": "", "LE": "", "TE": "", "UM": "", "WE": ""}

PARTY = SegmentMap("N1", (Element(1, "role"), Element(4, "number")))
ORDER = DocumentMap(
    code="850",
    name="purchase order",
    header=Loop(
        "order",
        begins=SegmentMap(
            "BEG",
            (
                Element(
                    1,
                    "purpose",
                    is_required=True,
                    codes={"00": "original", "05": "replaces"},
                    instead="send the whole order as 00, or as 05 in place of an earlier one",
                ),
                Element(3, "order_number", is_required=True),
                Element(5, "ordered_date", kind="date", is_required=True),
            ),
        ),
        segments=(
            SegmentMap("CUR", (Element(2, "currency"),)),
            SegmentMap(
                "DTM",
                (
                    Element(2, "exact_date", kind="date"),
                    Element(3, "exact_time", kind="time"),
                    Element(4, "time_code", codes={"LT": "local time"}),
                ),
                when={1: "004"},
            ),
        ),
        loops=(
            Loop("parties", PARTY, (SegmentMap("N4", (Element(4, "country"),)),)),
            Loop(
                "lines",
                SegmentMap(
                    "PO1",
                    (
                        Element(1, "line"),
                        Element(2, "quantity", kind="decimal", is_required=True),
                        Element(3, "unit", codes=PIECES, instead="send pieces (EA)"),
                        Element(4, "unit_price", kind="decimal", is_required=True),
                        Element(5, "price_basis", codes=PER_PIECE, instead="send the price per each (PE)"),
                    ),
                    pairs=(6, {"SK": "sku", "VN": "sku", "VP": "sku"}),
                ),
                (SegmentMap("PID", (Element(5, "description"),)),),
                (Loop("parties", PARTY),),  # where a line goes is no party of the order
                is_required=True,
            ),
            Loop("totals", SegmentMap("CTT", (Element(1, "lines", kind="whole"), Element(2, "units", kind="decimal")))),
        ),
    ),
)


def read_orders(path: Path, file_name: str, settings: Settings) -> Iterator[Row | BadRow]:
    """Yield one row per order line, and a BadRow for everything that is wrong; lines are numbers of segments.

    Raises:
        RefusedFileError: the file is no X12.
    """
    for interchange in read_interchanges(path, file_name=file_name):
        if isinstance(interchange, BadRow):
            yield interchange
            continue
        for group in interchange.groups:
            yield from (_bad(fault) for fault in group.faults)
            for transaction, rows in _orders(interchange, group.header[1], group.transactions, settings):
                yield from (_bad(fault) for fault in transaction.faults)
                if not transaction.faults and not group.faults:
                    yield from rows


def answers(path: Path, file_name: str, settings: Settings) -> Iterator[Callable[[int, datetime], bytes]]:
    """Yield what writes the 997 of each interchange that is due one, given our control number and the time."""
    for interchange in read_interchanges(path, file_name=file_name):
        if isinstance(interchange, Interchange):
            for group in interchange.groups:
                _orders(interchange, group.header[1], group.transactions, settings)  # finds what is wrong
            if any(group.header[1] != ACKNOWLEDGEMENTS for group in interchange.groups):
                yield partial(_acknowledged, interchange)


def _acknowledged(interchange: Interchange, control: int, at: datetime) -> bytes:
    return acknowledge(interchange, control=control, at=at)


def _orders(
    interchange: Interchange, group_kind: str, transactions: list[Transaction], settings: Settings
) -> list[tuple[Transaction, list[Row]]]:
    """Return the rows of each transaction of a group, what is wrong with it added to its faults."""
    if group_kind == ACKNOWLEDGEMENTS:
        return []
    return [(transaction, _rows(interchange, transaction, settings)) for transaction in transactions]


def _rows(interchange: Interchange, transaction: Transaction, settings: Settings) -> list[Row]:
    if transaction.code != ORDER.code:
        reason = f"{transaction.code} is not read here; send orders as {ORDER.code}, changed ones whole with BEG01 05"
        transaction.faults.append(Fault(transaction.segments[0], reason, 1, set_code="1"))
        return []
    order = read_document(transaction, ORDER)
    if order is None:
        return []
    lines = order.loops.get("lines", [])
    transaction.faults += _faults_of_lines(order, lines)
    if transaction.faults:
        return []
    head = _head(interchange, order, settings)
    return [
        Row(
            line.segment.number,
            {
                **head,
                "line": line.values.get("line", str(number)),
                "sku": line.values["sku"],
                "description": line.values.get("description", ""),
                "quantity": str(int(Decimal(line.values["quantity"]))),
                "unit_price": line.values["unit_price"],
            },
        )
        for number, line in enumerate(lines, start=1)
    ]


def _head(interchange: Interchange, order: Record, settings: Settings) -> dict[str, str]:
    """Return what every line of an order repeats."""
    buyer = order.find("parties", "role", "BY")
    receiver = order.find("parties", "role", "ST")
    ships_from = order.find("parties", "role", "SF")
    customer = buyer.values.get("number", "") if buyer else ""
    day = order.values.get("exact_date", order.values["ordered_date"])
    time = order.values.get("exact_time", "")
    return {
        # Two customers may give the same number to two orders.
        "order_number": f"{customer or interchange.sender}:{order.values['order_number']}",
        "ordered_at": f"{day} {time}".strip(),
        "customer_ref": customer,
        "country": receiver.values.get("country", "") if receiver else "",
        "ship_from": (ships_from.values.get("number") if ships_from else None) or settings.value("wholesale_ship_from"),
        "currency": order.values.get("currency") or settings.currency,
    }


def _faults_of_lines(order: Record, lines: list[Record]) -> Iterator[Fault]:
    """Yield what no map can see: the lines among one another, and against the totals."""
    seen: set[str] = set()
    units = Decimal(0)
    for number, line in enumerate(lines, start=1):
        name = line.values.get("line", str(number))
        if name in seen:
            yield line.fault("line", f"line {name} stands twice; give each line a number of its own")
        seen.add(name)
        if "sku" not in line.values:
            reason = "our item number is missing; send it as SK, VN or VP, such as VN*85123A"
            yield Fault(line.segment, reason, 7, code="2")
        quantity = Decimal(line.values.get("quantity", "0"))
        units += quantity
        if "quantity" in line.values and (quantity <= 0 or quantity % 1):
            yield line.fault("quantity", f"quantity is {quantity}; send a whole number of pieces above 0", "6")
    for total in order.loops.get("totals", []):
        if (said := total.values.get("lines")) is not None and int(said) != len(lines):
            yield total.fault("lines", f"says {said} lines and {len(lines)} came; send the order whole")
        if (said := total.values.get("units")) is not None and Decimal(said) != units:
            yield total.fault("units", f"says {said} units and the lines add up to {units}; send the order whole")


def _bad(fault: Fault) -> BadRow:
    return bad_row(fault.segment, str(fault))
