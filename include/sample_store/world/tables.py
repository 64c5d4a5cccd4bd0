"""The records of the half-year, as columns: what happened, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
Integers = NDArray[np.int64]

NO_LINE = -1
NO_PRODUCT = -1

RESTOCK_TYPES = ("CANCEL", "RETURN", "NO_RESTOCK")
CANCEL, RETURN, NO_RESTOCK = 0, 1, 2


@dataclass(frozen=True)
class Orders:
    """One row per order of a web shop, by number. Times are seconds since 1970."""

    number: Column
    created_at: Column
    customer: Column
    country: Column
    location: Column
    first_line: Column
    line_count: Column
    first_parcel_at: Column
    """0 where nothing is sent."""
    second_parcel_at: Column
    """0 where everything goes in one parcel."""
    cancelled_at: Column
    """0 unless the whole order was cancelled."""
    channel: Column
    """Which shop it came through: a position in ``demand.CHANNELS``."""


@dataclass(frozen=True)
class OrderLines:
    """One row per line of a web shop order, grouped by order."""

    source_row: Column
    order: Column
    product: Column
    """Number in the catalogue; -1 for what is no product."""
    code: Column
    """As the source typed it."""
    description: Column
    units: Column
    unit_price: Column
    parcel: Column
    """1 or 2; 0 for what is not sent."""
    cancelled_units: Column
    """Units cancelled before the line's parcel left."""


@dataclass(frozen=True)
class Refunds:
    """One row per order line and refund, grouped by order, oldest first."""

    source_row: Column
    refund_number: Column
    """Lines with the same number make one refund."""
    order: Column
    line: Column
    at: Column
    units: Column
    restock_type: Column


@dataclass(frozen=True)
class WholesaleLines:
    """One row per line of the wholesale files, oldest first; negative units are cancellations and returns."""

    source_row: Column
    invoice: Column
    at: Column
    customer: Column
    country: Column
    location: Column
    product: Column
    code: Column
    description: Column
    units: Column
    unit_price: Column
    moves_stock: Column
    """False for the order that was typed by mistake and taken back before anything could leave."""


@dataclass(frozen=True)
class Adjustments:
    """One row per stock adjustment in the warehouse, oldest first."""

    source_row: Column
    at: Column
    location: Column
    product: Column
    sku: Column
    units: Column
    reason: Column


@dataclass(frozen=True)
class PurchaseLines:
    """One row per line of an order to a supplier, oldest first."""

    po_number: Column
    line_number: Column
    supplier: Column
    """Position in ``SUPPLIERS``."""
    location: Column
    product: Column
    units: Column
    unit_cost_pence: Column
    ordered_at: Column
    promised_on: Column
    """ISO date."""
    is_ours: Column
    """True for an order that came through the inbox: its file is the sender's business."""


@dataclass(frozen=True)
class Receipts:
    """One row per purchase order line and shipment, oldest first; those after the clock have yet to happen."""

    receipt_id: Column
    shipment_id: Column
    po_number: Column
    line_number: Column
    location: Column
    product: Column
    units: Column
    at: Column


@dataclass(frozen=True)
class Backorders:
    """One row per purchase order line that a supplier could not send with the rest."""

    po_number: Column
    line_number: Column
    product: Column
    units: Column
    noted_at: Column
    promised_on: Column


@dataclass(frozen=True)
class Requests:
    """One row per shopper who asked to be told when a product is back."""

    source_row: Column
    product: Column
    units: Column
    at: Column


@dataclass(frozen=True)
class LostDemand:
    """One row per line of the source that the stock could not serve in full. Truth for tests; never served."""

    source_row: Column
    product: Column
    location: Column
    channel: Column
    at: Column
    wanted_units: Column
    sold_units: Column


@dataclass(frozen=True)
class Movements:
    """One row per change of a stock level, oldest first: available = on hand - committed at every moment."""

    at: Column
    item: Column
    """``product * 3 + location``."""
    kind: Column
    available_change: Column
    on_hand_change: Column
    channel: Column
    """The channel that sold it or took it back, a position in ``demand.CHANNELS``; -1 for what the warehouse did."""


MOVEMENT_KINDS = ("web_sale", "wholesale_sale", "cancellation", "return", "receipt", "adjustment", "fulfilment")
