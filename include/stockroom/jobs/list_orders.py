"""List purchase orders for the operators' desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from stockroom.documents.order_reasons import order_reasons_file_name
from stockroom.settings import Settings
from stockroom.warehouse import connect, order_list
from stockroom.warehouse.order_list import ListedOrder

ORDERS_SHOWN = 500
DocumentKind: TypeAlias = Literal["pdf", "csv", "reasons"]
"""The supplier's page, the same for programs, and the buyer's annex that says why."""


@dataclass(frozen=True)
class ShownOrder:
    """An order, its supplier's name (the id where none is known) and the kinds of document that there are of it."""

    order: ListedOrder
    supplier_name: str
    documents: tuple[DocumentKind, ...]


def list_orders(settings: Settings) -> list[ShownOrder]:
    """Return the newest orders, those that wait for a person first."""
    with connect(settings.warehouse_url) as connection:
        orders = order_list.list_orders(connection, limit=ORDERS_SHOWN)
        names = order_list.supplier_names(connection)
    kinds: tuple[DocumentKind, ...] = get_args(DocumentKind)
    return [
        ShownOrder(
            order,
            names.get(order.supplier_id, order.supplier_id),
            tuple(kind for kind in kinds if document_path(settings, order.po_number, kind)),
        )
        for order in orders
    ]


def document_path(settings: Settings, po_number: str, kind: DocumentKind) -> Path | None:
    """Return the file of an order's document, ``None`` if there is none or the number is none of ours."""
    if not re.fullmatch(r"(PO|DS)-\d{6,}", po_number, re.ASCII):
        return None
    name = order_reasons_file_name(po_number, "html") if kind == "reasons" else f"{po_number}.{kind}"
    path = settings.documents_dir / "purchase_orders" / name
    return path if path.is_file() else None
