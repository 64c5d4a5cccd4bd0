"""A purchase order as X12 850 (004010), for suppliers whose programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from stockroom.documents.purchase_orders import OrderLine, PurchaseOrder, UnprintableOrderError
from stockroom.x12.write import Address, Envelope, UnwritableError, cleaned, is_writable, write_interchange

ORIGINAL, CANCELLATION, REPLACEMENT = "00", "01", "05"
NUMBER_CHARACTERS, NAME_CHARACTERS, ADDRESS_CHARACTERS, SKU_CHARACTERS = 22, 60, 55, 48
Segment = tuple[str, ...]


def purchase_order_850(
    order: PurchaseOrder, *, sender: Address, receiver: Address, control: int, at: datetime
) -> bytes:
    """Return the order as an interchange of its own.

    BEG01 says whether it is new (00), replaces what was sent under the same number (05) or takes it back (01); BEG04
    is the version. BEG02 is SA, or DS for what goes to a shopper, whose order's number stands in REF CO and N1 ST. An
    item is named by the supplier's number (VP) and ours (BP), prices are per piece. What a strict partner's subset of
    the standard may lack (TD5, MSG, AMT) is not used: ship-via and taxes stand in REF ZZ.

    Args:
        order: what is ordered.
        sender: our name in interchanges.
        receiver: the supplier's.
        control: of interchange and group, never used before between the two.
        at: when the order was released; the same order gives the same bytes.

    Raises:
        UnprintableOrderError: X12 cannot write an item's number, or the order is only a proposal.
    """
    if order.release is None:
        raise UnprintableOrderError(f"{order.po_number} is a proposal; no program may take it for an order")
    envelope = Envelope(sender, receiver, control=control, at=at, functional_id="PO")
    try:
        return write_interchange(envelope, [list(_segments(order))])
    except UnwritableError as error:
        raise UnprintableOrderError(f"{order.po_number} cannot be written as X12: {error}") from error


def _segments(order: PurchaseOrder) -> Iterator[Segment]:
    purpose = CANCELLATION if order.is_cancelled else REPLACEMENT if order.replaces else ORIGINAL
    version = str(order.version) if order.version > 1 else ""
    yield ("850",)
    kind = "DS" if order.kind == "drop_ship" else "SA"
    yield ("BEG", purpose, kind, order.po_number[:NUMBER_CHARACTERS], version, f"{order.ordered_date:%Y%m%d}")
    yield ("CUR", "BY", order.currency)
    yield ("REF", "IA", _code(order.supplier_id))
    if order.kind == "drop_ship":
        yield ("REF", "CO", _code(order.ship_to_location_id))
    if order.ship_via:
        yield ("REF", "ZZ", "SHIPVIA", cleaned(order.ship_via, at_most=80))
    if order.tax_note:
        yield ("REF", "ZZ", "TAX", cleaned(order.tax_note, at_most=80))
    if order.payment_terms:
        yield ("ITD", "05", *[""] * 10, cleaned(order.payment_terms, at_most=80))
    if order.requested_date:
        yield ("DTM", "002", f"{order.requested_date:%Y%m%d}")
    yield ("N1", "BY", _name(order.buyer.name))
    yield ("N1", "SE", _name(order.supplier.name), "92", _code(order.supplier_id))
    yield ("N1", "ST", _name(order.ship_to.name), "92", _code(order.ship_to_location_id))
    address = [cleaned(line, at_most=ADDRESS_CHARACTERS) for line in order.ship_to.address_lines]
    for first in range(0, len(address), 2):
        yield ("N3", *address[first : first + 2])
    for line in order.lines:
        yield from _line(line)
    yield ("CTT", str(len(order.lines)), str(sum(line.units for line in order.lines)))


def _line(line: OrderLine) -> Iterator[Segment]:
    theirs = ("VP", _code(line.supplier_sku)) if line.supplier_sku else ()
    price = f"{line.unit_cost.normalize():f}"
    yield ("PO1", str(line.line_number), str(line.units), "EA", price, "", *theirs, "BP", _code(line.sku))
    if line.description:
        yield ("PID", "F", *[""] * 3, cleaned(line.description, at_most=80))
    if line.pack_units > 1:
        yield ("PO4", str(line.pack_units))


def _name(text: str) -> str:
    return cleaned(text, at_most=NAME_CHARACTERS)


def _code(text: str) -> str:
    """Return a number of theirs or ours; a program that finds another than it knows ships another thing."""
    if not 0 < len(text) <= SKU_CHARACTERS or not is_writable(text):
        raise UnwritableError(f"{text!r} holds a sign that parts values, or more than {SKU_CHARACTERS} signs")
    return text
