"""Orders of wholesale customers whose software sends X12: one 850 per order, one interchange per customer and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sample_store.draws import uniform
from sample_store.folders.spreadsheet import Cell

SHARE = 0.1
"""Of the customers; what they take back, and orders that X12 cannot write, come in the day's file all the same."""
OURSELVES = "SAMPLEGIFTS"
INVOICE, LINE, ORDERED_AT, CUSTOMER, _COUNTRY, SHIP_FROM, SKU, DESCRIPTION, QUANTITY, PRICE, CURRENCY = range(11)

Row = Sequence[Cell]


def sends_x12(customer: Cell) -> bool:
    """Return whether a customer orders by X12."""
    return bool(customer) and uniform("x12", int(str(customer))) < SHARE


def orders_by_x12(rows: Sequence[Row]) -> tuple[dict[str, list[list[Row]]], list[Row]]:
    """Return the orders that come by X12, by customer, and the rows that do not."""
    orders: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        orders[str(row[CUSTOMER]), str(row[INVOICE])].append(row)
    sent: dict[str, list[list[Row]]] = defaultdict(list)
    for (customer, _), lines in orders.items():
        if sends_x12(customer) and all(_can_be_sent(line) for line in lines):
            sent[customer].append(lines)
    gone = {id(line) for of_customer in sent.values() for lines in of_customer for line in lines}
    return sent, [row for row in rows if id(row) not in gone]


def interchange(customer: str, day: date, orders: Sequence[Sequence[Row]]) -> bytes:
    """Return the orders that a customer sent on a day."""
    control = f"{day:%y%m%d}001"
    stamp = f"{day:%y%m%d}*2330"
    head = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'CUST' + customer:15}*ZZ*{OURSELVES:15}*{stamp}*U*00401*{control}*0*P*:"
    group = f"GS*PO*CUST{customer}*{OURSELVES}*{day:%Y%m%d}*2330*{int(control)}*X*004010"
    body = [
        segment
        for number, lines in enumerate(orders, start=1)
        for segment in _purchase_order(f"{number:04}", customer, lines)
    ]
    tail = [f"GE*{len(orders)}*{int(control)}", f"IEA*1*{control}"]
    return "".join(f"{segment}~\n" for segment in (head, group, *body, *tail)).encode()


def _purchase_order(control: str, customer: str, lines: Sequence[Row]) -> list[str]:
    """Return one transaction set."""
    first = lines[0]
    day, time = str(first[ORDERED_AT]).split(" ")
    ordered = day.replace("-", "")
    segments = [
        f"BEG*00*SA*{first[INVOICE]}**{ordered}",
        f"CUR*BY*{first[CURRENCY]}",
        f"DTM*004*{ordered}*{time.replace(':', '')}",
        f"N1*BY*Customer {customer}*91*{customer}",
        f"N1*ST*Customer {customer}",
        "N4****GB",
        f"N1*SF*{OURSELVES}*91*{first[SHIP_FROM]}",
    ]
    for line in lines:
        segments.append(f"PO1*{line[LINE]}*{line[QUANTITY]}*EA*{line[PRICE]}**VP*{line[SKU]}")
        if text := _written(str(line[DESCRIPTION])):
            segments.append(f"PID*F****{text}")
    segments.append(f"CTT*{len(lines)}*{sum(int(str(line[QUANTITY])) for line in lines)}")
    return [f"ST*850*{control}", *segments, f"SE*{len(segments) + 2}*{control}"]


def _can_be_sent(line: Row) -> bool:
    """Return whether an 850 can say this: pieces that are bought, a SKU without a sign that parts values."""
    sku, price = str(line[SKU]), str(line[PRICE])
    return int(str(line[QUANTITY])) > 0 and "e" not in price and bool(sku.strip()) and sku == _written(sku)


def _written(text: str) -> str:
    """Return a text without the signs that part values, cut to what its element holds."""
    kept = "".join(sign if sign.isprintable() and sign.isascii() and sign not in "*:~" else " " for sign in text)
    return kept[:80].strip()
