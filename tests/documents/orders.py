"""A purchase order with defaults, so that each test states only what matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from stockroom.documents.purchase_orders import OrderLine, Party, PurchaseOrder

LINE = OrderLine(
    line_number=1,
    sku="MUG",
    supplier_sku="X-MUG",
    description="Blue mug",
    units=24,
    pack_units=12,
    unit_cost=Decimal("2.5000"),
    line_value=Decimal("60.00"),
    reason="24 units: stock lasts 3 days at 2.0 a day, but the supplier needs 10 days.",
)
ORDER = PurchaseOrder(
    po_number="PO-000001",
    version=1,
    release=None,
    buyer=Party("Sample Gifts Ltd"),
    supplier_id="S01",
    supplier=Party("Mug Makers", email="orders@mug-makers.example"),
    ship_to_location_id="LONDON",
    ship_to=Party("Sample Gifts Ltd, London", ("14 Wharf Lane", "London E16 0AA", "GB")),
    currency="GBP",
    ordered_date=date(2011, 6, 30),
    requested_date=date(2011, 7, 10),
    payment_terms="30 days net",
    ship_via="Road, own van",
    lines=(LINE,),
)


def order_of(**line: object) -> PurchaseOrder:
    """Return the order with this in its only line."""
    return replace(ORDER, lines=(replace(LINE, **line),))


def order_with_lines(count: int) -> PurchaseOrder:
    """Return the order with this many lines, each with its own reason."""
    return replace(
        ORDER,
        lines=tuple(
            replace(LINE, line_number=number, sku=f"SKU{number:04d}", reason=f"Reason {number}. {LINE.reason * 3}")
            for number in range(1, count + 1)
        ),
    )
