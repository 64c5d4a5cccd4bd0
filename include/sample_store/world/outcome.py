"""What a simulated half-year leaves: the rows of everything that happened in it, and the orders that it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True)
class PlacedOrder:
    """An order that came through the inbox, with the moment the store took it as placed."""

    po_number: str
    supplier_id: str
    location: int
    placed_at: int
    lines: tuple[tuple[int, int, int, int], ...]
    """(line number, product, units, unit cost in pence)"""


class RefundRow(NamedTuple):
    """Units of one order line that come back or are cancelled, by one C line of the source."""

    source_row: int
    line_row: int
    at: int
    units: int
    restock_type: int


class WholesaleRow(NamedTuple):
    """One line of a wholesale file; ``row`` is the source's line, which also gives codes, texts and prices."""

    row: int
    at: int
    location: int
    product: int
    units: int
    moves_stock: bool


class AdjustmentRow(NamedTuple):
    """One correction of a stock level."""

    row: int
    at: int
    location: int
    product: int
    units: int
    reason: str


class PurchaseRow(NamedTuple):
    """One line of an order to a supplier."""

    po_number: str
    line_number: int
    supplier: int
    location: int
    product: int
    units: int
    unit_cost_pence: int
    ordered_at: int
    promised_on: str
    is_ours: bool


class ReceiptRow(NamedTuple):
    """One line of a shipment that is booked in."""

    at: int
    receipt_id: str
    shipment_id: str
    po_number: str
    line_number: int
    location: int
    product: int
    units: int


class BackorderRow(NamedTuple):
    """A purchase order line that the supplier could not send with the rest."""

    po_number: str
    line_number: int
    product: int
    units: int
    noted_at: int
    promised_on: str


@dataclass
class Outcome:
    """What happened, in the order in which it happened."""

    sold_units: list[int]
    """One value per source line: what a wish got."""
    lost_rows: list[tuple[int, int, int]] = field(default_factory=list)
    """(source row, product, sold units) where a wish got less than it asked for."""
    refunds: list[RefundRow] = field(default_factory=list)
    wholesale: list[WholesaleRow] = field(default_factory=list)
    adjustments: list[AdjustmentRow] = field(default_factory=list)
    purchases: list[PurchaseRow] = field(default_factory=list)
    receipts: list[ReceiptRow] = field(default_factory=list)
    backorders: list[BackorderRow] = field(default_factory=list)
    requests: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(source row, product, units, at)"""
