"""What suppliers with software of their own send: X12 855, 856, 810 and 846, one transaction in an interchange each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b

from sample_store.local_time import local_date
from sample_store.world.answers import BY_X12
from sample_store.world.suppliers import Supplier

BUYER = "SAMPLEGIFTS"
KINDS = {"855": "PR", "856": "SH", "810": "IN", "846": "IB"}


def x12_name(supplier: Supplier) -> str:
    """Return what a supplier calls itself in X12; nothing for those that send none."""
    return supplier.name.upper().replace(" ", "")[:15] if supplier.supplier_id in BY_X12 else ""


def day_of(day: date) -> str:
    """Return a day as X12 writes it."""
    return f"{day:%Y%m%d}"


def interchange(code: str, supplier: Supplier, at: int, name: str, segments: Sequence[str]) -> bytes:
    """Return one transaction in its envelopes; ``name`` says what it is about and gives it its number."""
    when = datetime.fromtimestamp(at, UTC)
    number = int.from_bytes(blake2b(f"{code} {name}".encode(), digest_size=4).digest()) % 999_999_999
    sender = x12_name(supplier)
    lines = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{BUYER:15}*{when:%y%m%d}*{when:%H%M}*U*00401*{number:09}*0*P*:",
        f"GS*{KINDS[code]}*{sender}*{BUYER}*{when:%Y%m%d}*{when:%H%M}*{number}*X*004010",
        f"ST*{code}*0001",
        *segments,
        f"SE*{len(segments) + 2}*0001",
        f"GE*1*{number}",
        f"IEA*1*{number:09}",
    ]
    return "".join(f"{line}~\n" for line in lines).encode()


def acknowledgement(
    supplier: Supplier, at: int, po_number: str, ordered: date, parts: Sequence[Sequence[str]]
) -> bytes:
    """Return the 855: parts are (line, ordered, price, supplier's number, code, units, promised day)."""
    is_whole = all(part[4] == "IA" for part in parts)
    segments = [
        f"BAK*00*{'AD' if is_whole else 'AC'}*{po_number}*{day_of(ordered)}*****{day_of(local_date(at))}",
        f"N1*SE*{supplier.name}*92*{supplier.supplier_id}",
    ]
    seen = ""
    for line, units_ordered, price, number, code, units, promised in parts:
        if line != seen:
            segments.append(f"PO1*{line}*{units_ordered}*EA*{price}*PE*VP*{number}")
        seen = line
        segments.append(f"ACK*{code}*{units}*EA*067*{promised}")
    segments.append(f"CTT*{len({part[0] for part in parts})}")
    return interchange("855", supplier, at, po_number, segments)


def ship_notice(
    supplier: Supplier, at: int, po_number: str, shipment_id: str, expected: date, items: Sequence[Sequence[str]]
) -> bytes:
    """Return the 856: items are (line, supplier's number, units). The sender is known by its name alone."""
    segments = [
        f"BSN*00*{shipment_id}*{day_of(local_date(at))}*{datetime.fromtimestamp(at, UTC):%H%M}",
        "HL*1**S",
        f"REF*CN*{shipment_id[-9:]}GB",
        f"DTM*011*{day_of(local_date(at))}",
        f"DTM*017*{day_of(expected)}",
        "HL*2*1*O",
        f"PRF*{po_number}",
    ]
    for level, (line, number, units) in enumerate(items, start=3):
        segments += [f"HL*{level}*2*I", f"LIN*{line}*VP*{number}", f"SN1**{units}*EA"]
    segments.append(f"CTT*{len(items) + 2}")
    return interchange("856", supplier, at, shipment_id, segments)


def invoice(
    supplier: Supplier, at: int, po_number: str, invoice_number: str, items: Sequence[tuple[str, str, str, int]]
) -> bytes:
    """Return the 810: items are (line, supplier's number, units, pence for each)."""
    total = sum(int(units) * pence for _, _, units, pence in items)
    segments = [f"BIG*{day_of(local_date(at))}*{invoice_number}**{po_number}", "CUR*SE*GBP"]
    segments += [f"IT1*{line}*{units}*EA*{pence / 100:.2f}*PE*VP*{number}" for line, number, units, pence in items]
    segments += [f"TDS*{total}", f"CTT*{len(items)}"]
    return interchange("810", supplier, at, invoice_number, segments)


def inventory_advice(supplier: Supplier, at: int, items: Sequence[tuple[str, int, str]]) -> bytes:
    """Return the 846: items are (supplier's number, units, the day on which it is there again or nothing)."""
    segments = [
        f"BIA*00*SI*STOCK*{day_of(local_date(at))}*{datetime.fromtimestamp(at, UTC):%H%M}",
        f"N1*SU*{supplier.name}*92*{supplier.supplier_id}",
    ]
    for count, (number, units, again) in enumerate(items, start=1):
        segments += [f"LIN*{count}*VP*{number}", f"QTY*33*{units}*EA"]
        if again:
            segments.append(f"DTM*018*{again}")
    segments.append(f"CTT*{len(items)}")
    return interchange("846", supplier, at, f"{supplier.supplier_id} {at}", segments)
